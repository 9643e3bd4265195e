using System.Net;
using System.Text.Json.Nodes;
using Hutong.IdentityLink.Storage;
using Hutong.IdentityLink.Tests.Hosting;

namespace Hutong.IdentityLink.Tests.Devices;

/// <summary>The steps of the device flow (RFC 8628), on the device and in the browser.</summary>
internal static class DeviceFlow
{
    public const string GrantType = "urn:ietf:params:oauth:grant-type:device_code";

    public const string Cli = "hutong-cli";

    /// <summary>A device asks for its codes.</summary>
    public static async Task<DeviceCodes> Begin(this RelyingParty device, string scope = "openid profile offline_access")
    {
        var (status, body) = await device.Post(
            "/device_authorization", ("client_id", device.ClientId), ("scope", scope));
        status.ShouldBe(HttpStatusCode.OK, body.ToJsonString());
        return new(body["device_code"]!.GetValue<string>(), body["user_code"]!.GetValue<string>(), body);
    }

    /// <summary>The device asks whether it was let in.</summary>
    public static Task<(HttpStatusCode Status, JsonObject Body)> Poll(this RelyingParty device, DeviceCodes codes) =>
        device.Token(("grant_type", GrantType), ("device_code", codes.DeviceCode));

    /// <summary>As if the device had waited as long as it was told to.</summary>
    public static Task LetPass(this IdentityService identity, DeviceCodes codes) => identity.Sql(
        "update device_authorization set polled_at = polled_at - make_interval(secs => interval_seconds) where device_code_hash = $1",
        Secret.Hash(codes.DeviceCode));

    /// <summary>The person types the code, and is at the page that asks whether the device may come in, or at one before it.</summary>
    public static async Task<TestBrowser.Answer> Enter(this TestBrowser browser, string userCode) =>
        await browser.Follow(await browser.Submit(await browser.Get("/device"), "/device", ("user_code", userCode)));

    /// <summary>From the code to the last page.</summary>
    public static async Task<TestBrowser.Answer> Decide(this TestBrowser browser, string userCode, string decision = "allow", string person = "li-na")
    {
        var page = await browser.Enter(userCode);
        if (page.Body.Contains("action=\"/sign-in/weibo\"", StringComparison.Ordinal))
            page = await browser.SignIn(page, person);
        return await browser.Submit(page, "/device/confirm", ("decision", decision));
    }
}

/// <summary>What a device was given.</summary>
internal sealed record DeviceCodes(string DeviceCode, string UserCode, JsonObject Body);
