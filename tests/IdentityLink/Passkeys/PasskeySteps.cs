using System.Text.Json;
using Hutong.IdentityLink.Tests.Hosting;

namespace Hutong.IdentityLink.Tests.Passkeys;

/// <summary>What the pages' script does, step by step.</summary>
internal static class PasskeySteps
{
    public const string SignInForm = "/sign-in/passkey";
    public const string RegisterForm = "/sign-in/passkey/new";
    public const string AddForm = "/account/passkeys";

    /// <summary>Begins: what the page's form asks for before the authenticator is asked.</summary>
    public static async Task<Begun> Begin(this TestBrowser browser, TestBrowser.Answer page, string form, params (string, string)[] fields)
    {
        var answer = await browser.Submit(page, $"{form}/options", form, fields);
        answer.ErrorCode.ShouldBeNull(answer.Body);
        var json = JsonDocument.Parse(answer.Body).RootElement;
        return new Begun(page, form, json.GetProperty("ceremony").GetString()!, json.GetProperty("publicKey"), fields);
    }

    /// <summary>Sends the form with what the authenticator answered.</summary>
    public static Task<TestBrowser.Answer> Finish(this TestBrowser browser, Begun begun, string credential) =>
        browser.Submit(begun.Page, begun.Form, [.. begun.Fields, ("ceremony", begun.Ceremony), ("credential", credential)]);

    /// <summary>Becomes known to us with a passkey alone, up to the answer.</summary>
    public static async Task<TestBrowser.Answer> RegisterWithPasskey(
        this TestBrowser browser, SoftwareAuthenticator authenticator, string name = "Zhou Min", TestBrowser.Answer? page = null)
    {
        var begun = await browser.Begin(page ?? await browser.Get("/sign-in"), RegisterForm, ("name", name));
        return await browser.Finish(begun, authenticator.Create(begun.Options));
    }

    /// <summary>Signs in with a passkey, up to the answer.</summary>
    public static async Task<TestBrowser.Answer> SignInWithPasskey(
        this TestBrowser browser, SoftwareAuthenticator authenticator, TestBrowser.Answer? page = null)
    {
        var begun = await browser.Begin(page ?? await browser.Get("/sign-in"), SignInForm);
        return await browser.Finish(begun, authenticator.Get(begun.Options));
    }

    /// <summary>Adds a passkey on the account page, up to the answer.</summary>
    public static async Task<TestBrowser.Answer> AddPasskey(
        this TestBrowser browser, SoftwareAuthenticator authenticator, string name = "Kitchen laptop")
    {
        var begun = await browser.Begin(await browser.Get("/account"), AddForm, ("name", name));
        return await browser.Finish(begun, authenticator.Create(begun.Options));
    }

    private static Task<TestBrowser.Answer> Submit(
        this TestBrowser browser, TestBrowser.Answer page, string address, string form, (string, string)[] more) =>
        browser.Post(address, [.. page.Fields(form), .. more]);

    /// <summary>A ceremony under way.</summary>
    internal sealed record Begun(
        TestBrowser.Answer Page, string Form, string Ceremony, JsonElement Options, (string, string)[] Fields);
}
