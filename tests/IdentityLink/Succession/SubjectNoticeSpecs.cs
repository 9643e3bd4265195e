using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Hutong.IdentityLink.Tests.Hosting;
using Hutong.IdentityLink.Tests.Receipts;
using Hutong.Testing;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Npgsql;

namespace Hutong.IdentityLink.Tests.Succession;

/// <summary>A partner knew Li Na as two persons; another knew only one of them.</summary>
public sealed class SubjectNoticeSpecs(Testing.Servers servers, SimulatedPlatforms platforms) : IAsyncLifetime
{
    private readonly IdentityService identity = new(servers, platforms);
    private readonly HttpClient http = new();
    private TestBrowser browser = null!;
    private string kept = null!;
    private string ended = null!;

    public async ValueTask InitializeAsync()
    {
        await identity.InitializeAsync();
        browser = new TestBrowser(identity, platforms);
        using var taobao = new TestBrowser(identity, platforms);
        using var partner = new RelyingParty(identity, IdentityService.Partner);
        using var other = new RelyingParty(identity, IdentityService.OtherPartner);
        kept = (await partner.SignIn(browser, "li-na", "weibo")).Subject;
        ended = (await partner.SignIn(taobao, "li-na", "taobao")).Subject;
        await other.SignIn(taobao, "li-na", "taobao");
        await browser.SignIn("li-na", "weibo");
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        browser.Dispose();
        await identity.DisposeAsync();
    }

    [Fact]
    public async Task A_partner_whose_sub_a_merge_ends_is_told_by_a_signed_notice_which_one_succeeds_it_and_hears_when_it_holds_again()
    {
        await Merge();

        var (notices, next) = await Read(IdentityService.Partner, count: 1);
        var succession = await Validated(notices.ShouldHaveSingleItem(), "hutong-subject-succession+jwt");
        (succession.Text("sub"), succession.Text("succeeded_by")).ShouldBe((ended, kept));
        succession["aud"]!.AsArray().Select(client => client!.GetValue<string>()).ShouldBe([IdentityService.Partner]);

        await Undo();
        (notices, next) = await Read(IdentityService.Partner, count: 1, next);
        var reinstatement = await Validated(notices.ShouldHaveSingleItem(), "hutong-subject-reinstatement+jwt");
        (reinstatement.Text("sub"), reinstatement.Text("separated_from")).ShouldBe((ended, kept));
        reinstatement.Text("jti").ShouldNotBe(succession.Text("jti"));

        (await Ask(IdentityService.Partner, next)).Body["notices"]!.AsArray().ShouldBeEmpty();
        (await Ask(IdentityService.Partner, next)).Body["next"]!.GetValue<string>().ShouldBe(next);
    }

    [Fact]
    public async Task A_partner_who_knew_one_of_the_two_has_nothing_to_hear()
    {
        await Merge();
        await Read(IdentityService.Partner, count: 1);

        (await Ask(IdentityService.OtherPartner)).Body["notices"]!.AsArray().ShouldBeEmpty();
        (await identity.Count("select count(*) from subject_notice")).ShouldBe(1);
    }

    [Fact]
    public async Task Notices_are_read_in_pages_by_a_cursor_that_misses_none()
    {
        await Merge();
        await identity.Sql("""
            insert into subject_notice (id, sector, jws, position)
            select gen_random_uuid(), sector, 'notice ' || n, position from subject_notice, generate_series(1, 249) n
            """);

        var (read, cursor, pages) = (new List<string>(), (string?)null, 0);
        while ((await Read(IdentityService.Partner, count: null, cursor)) is { Notices: { Length: > 0 } page } answer)
        {
            page.Length.ShouldBeLessThanOrEqualTo(100);
            read.AddRange(page);
            cursor = answer.Next;
            pages++;
        }

        (pages, read.Count, read.Distinct().Count()).ShouldBe((3, 250, 250));
    }

    [Fact]
    public async Task A_notice_of_a_slow_writer_who_began_first_is_not_overtaken_by_a_later_one()
    {
        var offer = await browser.ProveForLink("li-na", "taobao");
        await using var slow = await identity.Database.OpenConnectionAsync();
        await using var writing = await slow.BeginTransactionAsync();
        await using var write = new NpgsqlCommand($"""
            set local idle_in_transaction_session_timeout = 0;
            select pg_advisory_xact_lock_shared(hutong_append_lock());
            select nextval('mt_events_sequence');
            insert into subject_notice (id, sector, jws) values (gen_random_uuid(), '{IdentityService.Partner}', 'slow');
            """, slow, writing);
        await write.ExecuteNonQueryAsync();
        (await browser.Submit(offer, "/account/merge", ("keep", "mine"))).Location.ShouldBe("/account");

        (await Ask(IdentityService.Partner)).Body["notices"]!.AsArray().ShouldBeEmpty();
        await writing.CommitAsync();

        var (notices, _) = await Read(IdentityService.Partner, count: 2);
        notices[0].ShouldBe("slow");
    }

    [Fact]
    public async Task Only_a_client_that_proves_who_it_is_reads_notices()
    {
        (await Ask(client: null)).ShouldBeError("invalid_client", HttpStatusCode.Unauthorized);
        (await Ask(IdentityService.Partner, secret: "wrong")).ShouldBeError("invalid_client", HttpStatusCode.Unauthorized);
        (await Ask(IdentityService.PublicClient, secret: "")).ShouldBeError("invalid_client", HttpStatusCode.Unauthorized);
        (await Ask("nobody")).ShouldBeError("invalid_client", HttpStatusCode.Unauthorized);
        // A secret has no place in an address.
        using var answer = await http.GetAsync(new Uri(
            identity.Address, $"/subject_notices?client_id={IdentityService.Partner}&client_secret={IdentityService.Secret(IdentityService.Partner)}"));
        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        foreach (var cursor in (string[])["x", "1", "1.x", "1.2.3", "x.00000000000000000000000000000000"])
            (await Ask(IdentityService.Partner, cursor)).ShouldBeError("invalid_request");
    }

    private async Task Merge() =>
        (await browser.Submit(await browser.ProveForLink("li-na", "taobao"), "/account/merge", ("keep", "mine"))).Location.ShouldBe("/account");

    private async Task Undo()
    {
        var undo = Regex.Match((await browser.Get("/account")).Body, "href=\"(/account/merges/[^\"]+/undo)\"").Groups[1].Value;
        (await browser.Submit(await browser.Get(undo), undo)).Status.ShouldBe(HttpStatusCode.SeeOther);
    }

    /// <summary>Notices are there once the log is read up to them: at once, or some milliseconds later.</summary>
    private async Task<(string[] Notices, string Next)> Read(string client, int? count, string? after = null)
    {
        JsonObject body = null!;
        await Eventually.True(async () =>
        {
            body = (await Ask(client, after)).Body;
            return count is null ? after is not null || Notices(body).Length > 0 : Notices(body).Length == count;
        });
        return (Notices(body), body["next"]!.GetValue<string>());
    }

    private static string[] Notices(JsonObject body) => [.. body["notices"]!.AsArray().Select(notice => notice!.GetValue<string>())];

    private async Task<(HttpStatusCode Status, JsonObject Body)> Ask(string? client, string? after = null, string? secret = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(identity.Address, $"/subject_notices{(after is null ? "" : $"?after={after}")}"));
        if (client is not null)
            request.Headers.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{client}:{secret ?? IdentityService.Secret(client)}")));
        using var response = await http.SendAsync(request);
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsObject());
    }

    private async Task<JsonObject> Validated(string jws, string type)
    {
        var keys = new JsonWebKeySet(await http.GetStringAsync(new Uri(identity.Address, "/jwks")));
        var result = await new JsonWebTokenHandler().ValidateTokenAsync(jws, new TokenValidationParameters
        {
            ValidIssuer = IdentityService.Origin,
            ValidAudience = IdentityService.Partner,
            ValidTypes = [type],
            ValidateLifetime = false,
            IssuerSigningKeys = keys.Keys,
        });
        result.IsValid.ShouldBeTrue(result.Exception?.Message);
        return ReceiptReading.Payload(jws);
    }
}
