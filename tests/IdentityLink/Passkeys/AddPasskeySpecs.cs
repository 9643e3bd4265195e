using System.Buffers.Text;
using System.Net;
using Hutong.EventStore;
using Hutong.EventStore.PersonalData;
using Hutong.IdentityLink.Passkeys;
using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Storage;
using Hutong.IdentityLink.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Hutong.IdentityLink.Tests.Passkeys;

/// <summary>Each spec has a service of its own: they count what is there.</summary>
public sealed class AddPasskeySpecs(Testing.Servers servers, SimulatedPlatforms platforms) : IAsyncLifetime
{
    private readonly IdentityService identity = new(servers, platforms);
    private readonly SoftwareAuthenticator authenticator = new();
    private TestBrowser browser = null!;

    public async ValueTask InitializeAsync()
    {
        await identity.InitializeAsync();
        browser = new TestBrowser(identity, platforms);
    }

    public async ValueTask DisposeAsync()
    {
        browser.Dispose();
        await identity.DisposeAsync();
    }

    [Fact]
    public async Task A_passkey_that_was_added_leads_to_the_same_person_as_the_account_before_it()
    {
        await browser.SignIn("li-na");
        var added = await browser.Follow(await browser.AddPasskey(authenticator, "Kitchen laptop"));

        added.Body.ShouldContain("Your passkey was added.");
        added.Body.ShouldContain("Kitchen laptop");
        using var another = new TestBrowser(identity, platforms);
        await another.SignInWithPasskey(authenticator);
        (await identity.PersonOf(another)).ShouldBe(await identity.PersonOf(browser));
        (await another.Get("/account")).Body.ShouldContain("signed in with this one");
    }

    [Fact]
    public async Task Adding_one_is_a_link_like_any_other_and_changes_the_session_id()
    {
        await browser.SignIn("li-na");
        var (before, sid) = (browser.SessionCookie, await identity.SidOf(browser));

        await browser.AddPasskey(authenticator);

        browser.SessionCookie.ShouldNotBe(before);
        (await identity.SidOf(browser)).ShouldBe(sid);
        var person = await identity.PersonOf(browser);
        var events = (await Store.ReadStream(Person.StreamOf(person))).Events;
        var linked = events.Select(e => e.Data).OfType<AccountLinked>().Last();
        linked.Platform.ShouldBe("passkey");
        linked.Account.ShouldStartWith("account-passkey:");
        (await Store.Load(Account.Fold, linked.Account)).State.Owner.ShouldBe(person);
        var key = (await identity.Services.GetRequiredService<PersonKeys>().Find(person))!;
        key.Open(linked.Subject).ShouldBe(Base64Url.EncodeToString(authenticator.Credentials[0].Id));
        key.Open(linked.Nickname!.Value).ShouldBe("Kitchen laptop");
    }

    [Fact]
    public async Task Passkeys_of_one_person_have_one_handle_and_the_authenticator_is_told_which_it_may_hold_already()
    {
        await browser.RegisterWithPasskey(authenticator);
        await browser.AddPasskey(authenticator, "Another");
        authenticator.Credentials[1].UserHandle.ShouldBe(authenticator.Credentials[0].UserHandle);

        var begun = await browser.Begin(await browser.Get("/account"), PasskeySteps.AddForm, ("name", "A third"));
        begun.Options.GetProperty("excludeCredentials").EnumerateArray()
            .Select(c => c.GetProperty("id").GetString())
            .ShouldBe(authenticator.Credentials.Select(c => Base64Url.EncodeToString(c.Id)), ignoreOrder: true);

        using var another = new TestBrowser(identity, platforms);
        await another.SignIn("li-na");
        var theirs = new SoftwareAuthenticator();
        await another.AddPasskey(theirs);
        theirs.Credentials[0].UserHandle.ShouldNotBe(authenticator.Credentials[0].UserHandle);
    }

    [Fact]
    public async Task Adding_one_needs_a_fresh_sign_in_at_its_start_and_at_its_end()
    {
        await browser.SignIn("li-na");
        var account = await browser.Get("/account");
        var begun = await browser.Begin(account, PasskeySteps.AddForm, ("name", "Laptop"));
        await identity.Sql("update browser_session set authenticated_at = now() - interval '6 minutes'");

        (await browser.Post("/account/passkeys/options", [.. account.Fields(PasskeySteps.AddForm), ("name", "Laptop")]))
            .ShouldBeRefused("fresh_sign_in_required", HttpStatusCode.Forbidden);
        (await browser.Finish(begun, authenticator.Create(begun.Options)))
            .ShouldBeRefused("fresh_sign_in_required", HttpStatusCode.Forbidden);
        (await Passkeys()).ShouldBe(0);
    }

    [Fact]
    public async Task Nobody_adds_one_without_being_signed_in()
    {
        var token = (await browser.Get("/sign-in")).Fields(PasskeySteps.SignInForm);
        (await browser.Post("/account/passkeys/options", [.. token, ("name", "x")])).ShouldBeRefused("person_unknown", HttpStatusCode.Forbidden);
        (await browser.Post("/account/passkeys", [.. token, ("name", "x")])).Location.ShouldBe("/sign-in");
    }

    [Fact]
    public async Task A_name_that_is_empty_too_long_or_steers_the_text_around_it_is_refused()
    {
        await browser.SignIn("li-na");
        foreach (var form in (string[])[PasskeySteps.AddForm, PasskeySteps.RegisterForm])
        {
            var page = await browser.Get(form == PasskeySteps.AddForm ? "/account" : "/sign-in");
            foreach (var name in (string[])["", "   ", new string('名', 65), "a" + new string('\u0301', 1000), "\u202Eevil"])
            {
                (await browser.Post($"{form}/options", [.. page.Fields(form), ("name", name)])).ShouldBeRefused("passkey_name_unusable");
                (await browser.Submit(page, form, ("name", name))).ShouldBeRefused("passkey_name_unusable");
            }
        }
        (await browser.AddPasskey(authenticator, new string('名', 64))).Location.ShouldBe("/account?linked=passkey");
    }

    [Fact]
    public async Task A_passkey_of_another_person_is_not_added()
    {
        using var wang = new TestBrowser(identity, platforms);
        await wang.RegisterWithPasskey(authenticator);
        await browser.SignIn("li-na");
        var thief = new SoftwareAuthenticator { NextId = authenticator.Credentials[0].Id };

        (await browser.AddPasskey(thief)).ShouldBeRefused("account_refused", HttpStatusCode.Forbidden);
        await identity.Sql("delete from passkey");
        (await browser.AddPasskey(thief)).ShouldBeRefused("account_belongs_to_another_person", HttpStatusCode.Conflict);
        (await Passkeys()).ShouldBe(0);
    }

    [Fact]
    public async Task Its_name_is_readable_in_the_read_model_of_accounts_alone_and_no_challenge_is_anywhere()
    {
        await browser.SignIn("li-na");
        await browser.AddPasskey(authenticator, "Name-of-a-passkey");
        var begun = await browser.Begin(await browser.Get("/account"), PasskeySteps.AddForm, ("name", "Name-under-way"));

        var tables = new List<string>();
        await using (var command = identity.Database.CreateCommand(
            "select table_name from information_schema.tables where table_schema = 'public' and table_name <> 'linked_account'"))
        await using (var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken))
        {
            while (await reader.ReadAsync(TestContext.Current.CancellationToken))
                tables.Add(reader.GetString(0));
        }
        tables.ShouldContain("passkey_ceremony");
        foreach (var table in tables)
        {
            var rows = (string)(await identity.Scalar($"select coalesce(string_agg(t::text, '\n'), '') from {table} t"))!;
            foreach (var value in (string[])["Name-of-a-passkey", "Name-under-way", begun.Ceremony, begun.Options.GetProperty("challenge").GetString()!])
            {
                rows.ShouldNotContain(value, Case.Sensitive, table);
                rows.ShouldNotContain(Convert.ToHexStringLower(System.Text.Encoding.UTF8.GetBytes(value)), Case.Sensitive, table);
            }
        }
    }

    [Fact]
    public async Task What_is_stored_of_a_passkey_can_be_deleted_and_then_it_lets_nobody_in()
    {
        await browser.RegisterWithPasskey(authenticator);
        var account = (string)(await identity.Scalar("select account from passkey"))!;

        await Store.Commit(UnitOfWork.Empty.With(StoredPasskeys.Delete(account)));

        (await Passkeys()).ShouldBe(0);
        (await browser.SignInWithPasskey(authenticator)).ShouldBeRefused("account_refused", HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task A_challenge_that_is_over_is_deleted()
    {
        await browser.Begin(await browser.Get("/sign-in"), PasskeySteps.SignInForm);
        (await identity.Count("select count(*) from passkey_ceremony")).ShouldBe(1);
        await identity.Sql("update passkey_ceremony set expires_at = now()");

        await identity.Services.GetServices<IHostedService>().OfType<ExpiredRows>().Single().Delete(CancellationToken.None);

        (await identity.Count("select count(*) from passkey_ceremony")).ShouldBe(0);
    }

    [Fact]
    public async Task The_script_is_a_file_of_our_own_that_may_be_kept_for_ever()
    {
        var page = await browser.Get("/sign-in");
        page.Headers["Content-Security-Policy"].ShouldContain("script-src 'self'");
        page.Body.ShouldContain($"<script src=\"{PasskeyScript.Path}\" defer></script>");

        var script = await browser.Get(PasskeyScript.Path);

        script.Status.ShouldBe(HttpStatusCode.OK);
        script.Headers["Content-Type"].ShouldStartWith("text/javascript");
        script.Headers["Cache-Control"].ShouldContain("immutable");
    }

    private IEventStore Store => identity.Services.GetRequiredService<IEventStore>();

    private Task<long> Passkeys() => identity.Count("select count(*) from passkey");
}
