using System.Net;
using Hutong.IdentityLink.Storage;
using Hutong.IdentityLink.Tests.Hosting;
using Hutong.Testing;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Hutong.IdentityLink.Tests.Devices;

[Collection<OneService>]
public sealed class DeviceGrantSpecs(IdentityService identity, Servers servers, SimulatedPlatforms platforms) : IDisposable
{
    private readonly TestBrowser browser = new(identity, platforms);
    private readonly RelyingParty cli = new(identity, DeviceFlow.Cli, isPublic: true);

    public void Dispose()
    {
        browser.Dispose();
        cli.Dispose();
    }

    [Fact]
    public async Task A_device_is_let_in_by_whoever_types_its_code_and_gets_its_tokens_once()
    {
        var codes = await cli.Begin();
        codes.UserCode.ShouldMatch("^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$");
        codes.Body["verification_uri"]!.GetValue<string>().ShouldBe($"{IdentityService.Origin}/device");
        codes.Body["verification_uri_complete"]!.GetValue<string>().ShouldBe($"{IdentityService.Origin}/device?user_code={codes.UserCode}");
        (codes.Body["expires_in"]!.GetValue<int>(), codes.Body["interval"]!.GetValue<int>()).ShouldBe((600, 5));
        (await cli.Poll(codes)).ShouldBeError("authorization_pending");

        (await browser.Decide(codes.UserCode)).Body.ShouldContain("The device is connected");

        var (status, tokens) = await cli.Poll(codes);
        status.ShouldBe(HttpStatusCode.OK, tokens.ToJsonString());
        tokens["scope"]!.GetValue<string>().ShouldBe("openid profile offline_access");
        new JsonWebToken(tokens["id_token"]!.GetValue<string>()).Audiences.ShouldBe([DeviceFlow.Cli]);
        (await cli.UserInfo(tokens["access_token"]!.GetValue<string>())).Status.ShouldBe(HttpStatusCode.OK);
        using var gateway = new RelyingParty(identity, IdentityService.Gateway);
        (await gateway.Exchange(tokens["access_token"]!.GetValue<string>(), "identity-link")).Status.ShouldBe(HttpStatusCode.OK);
        (await cli.Poll(codes)).ShouldBeError("invalid_grant");
        (await cli.Refresh(tokens["refresh_token"]!.GetValue<string>())).Status.ShouldBe(HttpStatusCode.OK);
        foreach (var secret in (string[])[codes.DeviceCode, codes.UserCode, codes.UserCode.Replace("-", "", StringComparison.Ordinal)])
            (await identity.Find(secret)).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_a_tool_on_a_device_was_given_opens_what_its_page_said_and_nothing_else_of_the_person()
    {
        var codes = await cli.Begin("openid profile clients offline_access");
        await browser.Decide(codes.UserCode);
        var token = (await cli.Poll(codes)).Body["access_token"]!.GetValue<string>();
        using var gateway = new RelyingParty(identity, IdentityService.Gateway);
        foreach (var audience in (string[])["social-feed", "commerce-card", "attribution"])
            (await gateway.Exchange(token, audience)).ShouldBeError("invalid_target");
        var (_, exchanged) = await gateway.Exchange(token, "identity-link");
        using var api = new HttpClient { BaseAddress = identity.Address };
        api.DefaultRequestHeaders.Authorization = new("Bearer", exchanged["access_token"]!.GetValue<string>());

        (await Status("clients")).ShouldBe(HttpStatusCode.OK);
        foreach (var path in (string[])["me", "history", "accounts", "sessions"])
            (await Status(path)).ShouldBe(HttpStatusCode.Forbidden, path);

        async Task<HttpStatusCode> Status(string path)
        {
            using var answer = await api.GetAsync(new Uri($"/identity/{path}", UriKind.Relative));
            return answer.StatusCode;
        }
    }

    [Fact]
    public async Task A_device_that_asks_too_often_is_told_to_slow_down_each_time_by_five_seconds()
    {
        var codes = await cli.Begin();
        (await cli.Poll(codes)).ShouldBeError("authorization_pending");
        (await cli.Poll(codes)).ShouldBeError("slow_down");
        (await cli.Poll(codes)).ShouldBeError("slow_down");
        (await identity.Count("select interval_seconds::bigint from device_authorization where device_code_hash = $1",
            Secret.Hash(codes.DeviceCode))).ShouldBe(15);
        await identity.LetPass(codes);
        (await cli.Poll(codes)).ShouldBeError("authorization_pending");
    }

    [Fact]
    public async Task A_device_that_was_refused_or_came_too_late_is_told_so()
    {
        var refused = await cli.Begin();
        (await browser.Decide(refused.UserCode, "deny")).Body.ShouldContain("The device is not connected");
        (await cli.Poll(refused)).ShouldBeError("access_denied");
        (await browser.Enter(refused.UserCode)).ShouldBeRefused("user_code_unknown");

        var late = await cli.Begin();
        var page = await browser.Enter(late.UserCode);
        await identity.Sql("update device_authorization set expires_at = now() where device_code_hash = $1", Secret.Hash(late.DeviceCode));
        (await cli.Poll(late)).ShouldBeError("expired_token");
        (await browser.Submit(page, "/device/confirm", ("decision", "allow"))).ShouldBeRefused("device_over");
        (await browser.Enter(late.UserCode)).ShouldBeRefused("user_code_unknown");
        (await cli.Poll(late)).ShouldBeError("expired_token");
    }

    [Fact]
    public async Task A_code_is_good_for_the_client_it_was_given_to()
    {
        using var partner = new RelyingParty(identity, IdentityService.Partner);
        var codes = await cli.Begin();
        (await partner.Poll(codes)).ShouldBeError("invalid_grant");
        (await cli.Poll(new("made-up", "", []))).ShouldBeError("invalid_grant");
        (await cli.Token(("grant_type", DeviceFlow.GrantType))).ShouldBeError("invalid_request");
        (await cli.Poll(codes)).ShouldBeError("authorization_pending");
        using var site = new RelyingParty(identity, IdentityService.Site);
        (await site.Post("/device_authorization", ("scope", "openid"))).ShouldBeError("unauthorized_client");
        (await cli.Post("/device_authorization", ("client_id", DeviceFlow.Cli), ("scope", "profile"))).ShouldBeError("invalid_scope");
        (await cli.Post("/device_authorization", ("client_id", "nobody"), ("scope", "openid")))
            .ShouldBeError("invalid_client", HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_device_that_asked_for_it_goes_on_without_the_browser_until_the_person_takes_it_back()
    {
        var staying = await cli.Begin();
        await browser.Decide(staying.UserCode);
        var (_, tokens) = await cli.Poll(staying);
        var shortly = await cli.Begin("openid");
        await browser.Decide(shortly.UserCode);
        var (_, without) = await cli.Poll(shortly);
        without.ContainsKey("refresh_token").ShouldBeFalse();

        await browser.Submit(await browser.Get("/end_session"), "/end_session/confirm");
        (await cli.UserInfo(without["access_token"]!.GetValue<string>())).ShouldBeError("invalid_token", HttpStatusCode.Unauthorized);
        var (status, next) = await cli.Refresh(tokens["refresh_token"]!.GetValue<string>());
        status.ShouldBe(HttpStatusCode.OK);

        await browser.SignIn("li-na");
        var account = await browser.Get("/account");
        account.Body.ShouldContain("Hutong CLI");
        var formToken = account.Fields("/account/consents/withdraw").Single(field => field.Name == "form_token");
        await browser.Post("/account/consents/withdraw", formToken, ("client_id", DeviceFlow.Cli));
        (await cli.Refresh(next["refresh_token"]!.GetValue<string>())).ShouldBeError("invalid_grant");
    }

    [Fact]
    public async Task Of_many_questions_at_two_instances_at_once_one_gets_the_tokens()
    {
        await using var two = new IdentityService(servers, platforms);
        await two.Start(new Dictionary<string, string?>(), count: 2);
        var turn = 0;
        Uri Next() => two.Instance(Interlocked.Increment(ref turn) % 2);
        using var device = new RelyingParty(Next, DeviceFlow.Cli, isPublic: true);
        using var person = new TestBrowser(Next, platforms.Port);
        for (var round = 0; round < 4; round++)
        {
            var codes = await device.Begin();
            await person.Decide(codes.UserCode);
            var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => device.Poll(codes)));
            answers.Count(answer => answer.Status == HttpStatusCode.OK).ShouldBe(1);
            answers.Where(answer => answer.Status != HttpStatusCode.OK).ShouldAllBe(answer => answer.Body["error"]!.GetValue<string>() == "invalid_grant");
        }
    }
}
