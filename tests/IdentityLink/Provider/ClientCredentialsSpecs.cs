using System.Net;
using System.Net.Http.Headers;
using Hutong.IdentityLink.Tests.Hosting;

namespace Hutong.IdentityLink.Tests.Provider;

[Collection<OneService>]
public sealed class ClientCredentialsSpecs(IdentityService identity) : IDisposable
{
    private readonly RelyingParty partner = new(identity, IdentityService.Partner);

    public void Dispose() => partner.Dispose();

    [Fact]
    public async Task A_token_of_a_clients_own_opens_its_own_affairs_and_nobodys_claims()
    {
        var (status, tokens) = await partner.Token(("grant_type", "client_credentials"));

        status.ShouldBe(HttpStatusCode.OK);
        tokens.Select(member => member.Key).Order().ShouldBe(["access_token", "expires_in", "scope", "token_type"]);
        tokens["scope"]!.GetValue<string>().ShouldBe("partner");
        var token = tokens["access_token"]!.GetValue<string>();
        (await Notices(new("Bearer", token))).ShouldBe(HttpStatusCode.OK);
        (await partner.UserInfo(token)).ShouldBeError("invalid_token", HttpStatusCode.Unauthorized);
        using var gateway = new RelyingParty(identity, IdentityService.Gateway);
        (await gateway.Exchange(token, "identity-link")).ShouldBeError("invalid_request");
        (await identity.Find(token)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_token_that_is_over_revoked_by_window_or_made_up_opens_nothing()
    {
        (await Notices(new("Bearer", "made-up"))).ShouldBe(HttpStatusCode.Unauthorized);
        var over = await Token();
        await identity.Sql("update client_token set expires_at = now()");
        (await Notices(new("Bearer", over))).ShouldBe(HttpStatusCode.Unauthorized);

        var revoked = await Token();
        await identity.Sql(
            """
            with r as (
                insert into revocation (id, kind, target, link_version, persons, accounts, window_from, window_to)
                values (gen_random_uuid(), 'client', $1, 0, '{}', '{}', now() - interval '1 minute', now()) returning id, window_from, window_to)
            insert into revocation_target (target, window_from, window_to, revocation_id)
            select 'client:' || $1, window_from, window_to, id from r
            """,
            IdentityService.Partner);
        (await Notices(new("Bearer", revoked))).ShouldBe(HttpStatusCode.Unauthorized);
        (await Notices(new("Bearer", await Token()))).ShouldBe(HttpStatusCode.OK);
        await identity.Sql("delete from revocation");
    }

    [Fact]
    public async Task A_persons_token_does_not_open_a_partners_affairs()
    {
        (await Notices(null)).ShouldBe(HttpStatusCode.Unauthorized);
        using var phone = new RelyingParty(identity, IdentityService.PublicClient, isPublic: true);
        (await Notices(new("Basic", Convert.ToBase64String("phone-app:"u8)))).ShouldBe(HttpStatusCode.Unauthorized);
        (await phone.Token(("grant_type", "client_credentials"))).ShouldBeError("unauthorized_client");
    }

    [Fact]
    public async Task No_other_scope_is_a_clients_own()
    {
        (await partner.Token(("grant_type", "client_credentials"), ("scope", "partner"))).Status.ShouldBe(HttpStatusCode.OK);
        foreach (var scope in (string[])["openid", "partner openid", "operations", "clients"])
            (await partner.Token(("grant_type", "client_credentials"), ("scope", scope))).ShouldBeError("invalid_scope");
    }

    private async Task<string> Token() => (await partner.Token(("grant_type", "client_credentials"))).Body["access_token"]!.GetValue<string>();

    private async Task<HttpStatusCode> Notices(AuthenticationHeaderValue? by)
    {
        using var http = new HttpClient { BaseAddress = identity.Address };
        http.DefaultRequestHeaders.Authorization = by;
        using var answer = await http.GetAsync(new Uri("/subject_notices", UriKind.Relative));
        return answer.StatusCode;
    }
}
