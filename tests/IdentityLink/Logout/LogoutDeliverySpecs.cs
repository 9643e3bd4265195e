using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Hutong.IdentityLink.Logout;
using Hutong.IdentityLink.Storage;
using Hutong.IdentityLink.Tests.Hosting;
using Hutong.IdentityLink.Tests.Provider;
using Hutong.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Hutong.IdentityLink.Tests.Logout;

/// <summary>A service of their own: the log is all that ever happened to a client.</summary>
public sealed class LogoutDeliverySpecs : IAsyncLifetime
{
    private const string Client = IdentityService.OtherPartner;

    private readonly IdentityService identity;
    private readonly TestBrowser browser;
    private readonly RelyingParty partner;
    private readonly HttpClient http = new();

    public LogoutDeliverySpecs(Servers servers, SimulatedPlatforms platforms)
    {
        identity = new(servers, platforms);
        browser = new(identity, platforms);
        partner = new(identity, Client);
    }

    public ValueTask InitializeAsync() => identity.InitializeAsync();

    public async ValueTask DisposeAsync()
    {
        browser.Dispose();
        partner.Dispose();
        http.Dispose();
        await identity.DisposeAsync();
    }

    [Fact]
    public async Task A_partner_reads_how_each_attempt_to_tell_it_went_and_that_it_was_given_up()
    {
        await partner.SignIn(browser, "zoe");
        var sid = await identity.SidOf(browser);
        identity.Logouts.FailuresLeft[Client] = 1;
        await SignOut();
        await Eventually.True(async () => (await Log()).Count == 1);
        var failed = (await Log())[0];
        (failed["attempt"]!.GetValue<int>(), failed["result"]!.GetValue<string>(), failed["status"]!.GetValue<int>()).ShouldBe((1, "refused", 503));
        failed["next_attempt_at"].ShouldNotBeNull();

        await identity.Sql("update logout_delivery set next_attempt_at = now() where sid = $1", sid);
        await Eventually.True(async () => (await Log()).Count == 2);
        var taken = (await Log())[0];
        (taken["attempt"]!.GetValue<int>(), taken["result"]!.GetValue<string>()).ShouldBe((2, "delivered"));
        taken["delivery_id"]!.GetValue<Guid>().ShouldBe(failed["delivery_id"]!.GetValue<Guid>());
        taken["jti"]!.GetValue<string>().ShouldBe(identity.Logouts.Told(sid).Single(told => told.Client == Client).Token.Id);
        taken["next_attempt_at"].ShouldBeNull();

        await identity.Sql(
            "insert into logout_delivery (id, client_id, sid, subject, attempts, next_attempt_at, expires_at) values ($1, $2, $1, 'x', 30, now() + interval '1 hour', now())",
            Guid.CreateVersion7(), Client);
        await identity.Services.GetRequiredService<BackchannelLogout>().Tidy(CancellationToken.None);
        var givenUp = (await Log())[0];
        (givenUp["attempt"]!.GetValue<int>(), givenUp["result"]!.GetValue<string>(), givenUp["jti"]).ShouldBe((30, "given_up", null));

        (await Ask("/logout_deliveries", client: null)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await Ask("/logout_deliveries?before=nonsense", Client)).ShouldBeError("invalid_request");
        (await Ask("/logout_deliveries", IdentityService.Partner)).Body["attempts"]!.AsArray()
            .ShouldNotContain(attempt => attempt!["delivery_id"]!.GetValue<Guid>() == failed["delivery_id"]!.GetValue<Guid>());
        await identity.Sql("update delivery_attempt set at = now() - interval '31 days' where client_id = $1", Client);
        await identity.Services.GetServices<IHostedService>().OfType<ExpiredRows>().Single().Delete(CancellationToken.None);
        (await Log()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_hint_that_has_expired_still_signs_out_and_a_post_is_as_good_as_a_get()
    {
        using var site = new RelyingParty(identity, IdentityService.Site);
        var tokens = await CodeFlowSpecs.SignIn(browser, site, "li-na");
        var issued = new JsonWebToken(tokens["id_token"]!.GetValue<string>());
        var expired = await Expired(issued);

        var posted = await browser.Post(
            "/end_session", ("id_token_hint", expired), ("client_id", site.ClientId), ("logout_hint", "li-na"), ("ui_locales", "zh-CN"),
            ("post_logout_redirect_uri", IdentityService.SignedOutUri(site.ClientId)), ("state", "s"));

        (await browser.Follow(posted)).Location.ShouldBe($"{IdentityService.SignedOutUri(site.ClientId)}?state=s");
        (await browser.Get("/account")).Location.ShouldBe("/sign-in");
    }

    [Fact]
    public async Task A_logout_hint_signs_nobody_out_unasked_and_the_question_is_in_the_language_asked_for()
    {
        await browser.SignIn("li-na");
        var asked = await browser.Get("/end_session?logout_hint=li-na&ui_locales=zh-CN%20en");
        asked.Text.ShouldContain("要退出吗？");
        (await browser.Get("/account")).Status.ShouldBe(HttpStatusCode.OK);
        (await browser.Submit(asked, "/end_session/confirm?ui_locales=zh-CN%20en")).Text.ShouldContain("你已经退出");
    }

    private async Task<TestBrowser.Answer> SignOut() => await browser.Submit(await browser.Get("/end_session"), "/end_session/confirm");

    /// <summary>The same token as it would have been an hour ago: signed by the service's own keys.</summary>
    private async Task<string> Expired(JsonWebToken token)
    {
        var payload = JsonNode.Parse(Microsoft.IdentityModel.Tokens.Base64UrlEncoder.Decode(token.EncodedPayload))!.AsObject();
        payload["iat"] = DateTimeOffset.UtcNow.AddHours(-2).ToUnixTimeSeconds();
        payload["exp"] = DateTimeOffset.UtcNow.AddHours(-1).ToUnixTimeSeconds();
        var ring = await identity.Services.GetRequiredService<IdentityLink.Signing.SigningKeys>().Ring(CancellationToken.None);
        return ring.Signer(token.Alg).Sign("JWT", Encoding.UTF8.GetBytes(payload.ToJsonString()));
    }

    private async Task<List<JsonObject>> Log() =>
        [.. (await Ask("/logout_deliveries", Client)).Body["attempts"]!.AsArray().Select(attempt => attempt!.AsObject())];

    private async Task<(HttpStatusCode Status, JsonObject Body)> Ask(string path, string? client)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(identity.Address, path));
        if (client is not null)
            request.Headers.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{client}:{IdentityService.Secret(client)}")));
        using var response = await http.SendAsync(request);
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsObject());
    }
}
