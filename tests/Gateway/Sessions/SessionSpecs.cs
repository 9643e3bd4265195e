using System.Text;
using Hutong.Gateway.Sessions;
using Hutong.Gateway.Storage;
using Hutong.Gateway.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using static Hutong.Gateway.Tests.Hosting.GatewayUnderTest;

namespace Hutong.Gateway.Tests.Sessions;

public sealed class SessionSpecs : IClassFixture<SharedPlatform>
{
    private readonly Platform platform;

    public SessionSpecs(SharedPlatform shared)
    {
        platform = shared.Platform;
        platform.Provider.BehaveAgain();
    }

    [Fact]
    public async Task A_session_begun_on_one_instance_is_good_on_the_other()
    {
        var person = Platform.NewPerson();
        using var browser = await platform.SignedIn(Social, person);
        browser.Instance = _ => 1;

        (await browser.Fetch(platform.At(Social))).InternalClaim("sub").ShouldBe(person);
    }

    [Fact]
    public async Task A_sign_in_begun_on_one_instance_is_finished_on_the_other()
    {
        var person = Platform.NewPerson();
        using var browser = platform.Browser();
        browser.IsKnownToProviderAs(person);
        browser.Instance = connection => connection % 2;

        (await browser.SignIn(Social)).InternalClaim("sub").ShouldBe(person);
    }

    [Fact]
    public async Task Instances_that_start_together_share_one_data_protection_key_and_it_lies_encrypted()
    {
        await using var command = platform.Gateway.Database.CreateCommand("select element from data_protection_key");
        await using var reader = await command.ExecuteReaderAsync();
        var elements = new List<string>();
        while (await reader.ReadAsync())
            elements.Add(reader.GetString(0));

        elements.ShouldHaveSingleItem();
        elements[0].ShouldContain("<wrapped kek=\"test\"");
        elements[0].ShouldNotContain("masterKey");
    }

    [Fact]
    public void The_keys_are_not_read_before_the_schema_is_there() =>
        platform.Gateway.Services().GetServices<IHostedService>().ShouldNotContain(s => s.GetType().Name == "DataProtectionHostedService");

    [Fact]
    public async Task Neither_session_ids_nor_tokens_lie_in_the_database()
    {
        using var browser = await platform.SignedIn();
        var row = await platform.Gateway.Database.One(
            $"select id_hash, tokens, session::text from session where {Row(browser)}",
            r => (object)(r.GetFieldValue<byte[]>(0), r.GetFieldValue<byte[]>(1), r.GetString(2)), TestContext.Current.CancellationToken);
        var (hash, tokens, text) = ((byte[], byte[], string))row!;

        hash.ShouldBe(Secret.Hash(browser.CookiesOfSite(Social)["__Host-hutong"]));
        text.ShouldNotContain(browser.CookiesOfSite(Social)["__Host-hutong"]);
        Encoding.UTF8.GetString(tokens).ShouldNotContain("Token");
        var protection = platform.Gateway.Services(1).GetRequiredService<TokenProtection>();
        protection.Unprotect(hash, tokens)!.IdToken.ShouldStartWith("ey");
        protection.Unprotect(Secret.Hash("another row"), tokens).ShouldBeNull("tokens are bound to their row");
    }

    [Theory]
    [InlineData("update session set last_seen_at = now() - interval '25 hours'")]
    [InlineData("update session set expires_at = now() - interval '1 second'")]
    public async Task A_session_that_was_not_used_for_long_or_is_old_is_over(string sql)
    {
        using var browser = await platform.SignedIn();

        await Run(sql);

        (await browser.Fetch(platform.At(Social))).InternalClaim("sub").ShouldBeNull();
    }

    [Fact]
    public async Task Use_keeps_a_session_alive()
    {
        using var browser = await platform.SignedIn();
        await Run("update session set last_seen_at = now() - interval '23 hours'");

        await browser.Fetch(platform.At(Social));

        (await Count($"session where {Row(browser)} and last_seen_at > now() - interval '1 minute'")).ShouldBe(1);
    }

    [Fact]
    public async Task What_is_over_is_deleted_and_nothing_else()
    {
        using var browser = await platform.SignedIn();
        using var kept = await platform.SignedIn();
        await Run($"delete from session where not ({Row(browser)} or {Row(kept)})");
        await Run($"update session set expires_at = now() - interval '1 second' where {Row(browser)}");
        await Run("truncate sign_in_state, logout_token, ended_session");
        await Run("insert into sign_in_state values ('\\x00', '\\x00', 'social', '/', false, now() - interval '1 second'), ('\\x01', '\\x00', 'social', '/', false, now() + interval '1 minute')");
        await Run("insert into logout_token values ('social', 'old', now() - interval '1 second'), ('social', 'new', now() + interval '1 minute')");
        await Run("insert into ended_session values ('old', now() - interval '2 hours'), ('new', now())");

        await platform.Gateway.Services().GetServices<IHostedService>().OfType<Cleaning>().Single().Clean(TestContext.Current.CancellationToken);

        foreach (var table in (string[])["session", "sign_in_state", "logout_token", "ended_session"])
            (await Count(table)).ShouldBe(1, table);
    }

    private static string Row(TestBrowser browser) =>
        $"id_hash = '\\x{Convert.ToHexString(Secret.Hash(browser.CookiesOfSite(Social)["__Host-hutong"]))}'";

    private Task<int> Run(string sql) => platform.Gateway.Database.Run(sql, TestContext.Current.CancellationToken);

    private async Task<long> Count(string what)
    {
        await using var command = new NpgsqlCommand($"select count(*) from {what}");
        await using var connection = await platform.Gateway.Database.OpenConnectionAsync();
        command.Connection = connection;
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
