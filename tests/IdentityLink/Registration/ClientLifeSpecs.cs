using System.Net;
using System.Text.Json.Nodes;
using Hutong.EventStore;
using Hutong.IdentityLink.Logout;
using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Provider;
using Hutong.IdentityLink.Registration;
using Hutong.IdentityLink.Tests.Hosting;
using Hutong.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Hutong.IdentityLink.Tests.Registration;

/// <summary>What becomes of a client after it was approved. Developers are at one instance, operators at the other.</summary>
public sealed class ClientLifeSpecs(Testing.Servers servers, SimulatedPlatforms platforms) : IAsyncLifetime
{
    private readonly RegistrationDesk desk = new(servers, platforms);
    private HttpClient developer = null!;
    private HttpClient operators = null!;

    public async ValueTask InitializeAsync()
    {
        await desk.Open();
        developer = await desk.Developer();
        operators = await desk.Desk();
    }

    public ValueTask DisposeAsync() => desk.DisposeAsync();

    [Fact]
    public async Task A_change_that_people_would_notice_waits_and_one_that_gives_up_something_holds_within_a_moment_everywhere()
    {
        var id = (await operators.Approved(developer)).Id();

        var proposed = await developer.Change(id, client => client["redirect_uris"]!.AsArray().Add("https://noodles.example/second"));
        proposed.Body["proposed"]!["redirect_uris"]!.AsArray().Count.ShouldBe(2);
        proposed.Body["redirect_uris"]!.AsArray().Count.ShouldBe(1);
        Known(0, id).RedirectUris.Count.ShouldBe(1);
        (await Waiting()).ShouldContain(id);

        (await operators.Decide(id, "approve")).Status.ShouldBe(HttpStatusCode.NoContent);
        // At once where it was decided, and soon at the other.
        Known(1, id).RedirectUris.Count.ShouldBe(2);
        await Eventually.True(() => Known(0, id).RedirectUris.Count == 2, RegistrationDesk.Known);
        (await Waiting()).ShouldNotContain(id);

        await developer.Change(id, client => client["scope"] = "openid");
        Known(0, id).Scopes.ShouldBe(["openid"]);
        await Eventually.True(() => Known(1, id).Scopes.Count == 1, RegistrationDesk.Known);
    }

    [Fact]
    public async Task Of_two_changes_at_once_one_holds_and_the_other_is_told()
    {
        var id = (await developer.Register(RegistrationDesk.App())).Body.Id();
        var read = await developer.Read(id);
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(number =>
        {
            var wanted = read.Body.DeepClone().AsObject();
            wanted["client_name"] = $"Noodles {number}";
            return developer.Change(id, wanted, read.ETag!);
        }));

        answers.Count(answer => answer.Status == HttpStatusCode.OK).ShouldBe(1);
        answers.Where(answer => answer.Status != HttpStatusCode.OK).ShouldAllBe(answer => answer.Code == "precondition_failed");
        (await developer.Call(HttpMethod.Put, $"/identity/clients/{id}", read.Body)).Code.ShouldBe("if_match_missing");
    }

    [Fact]
    public async Task Both_secrets_hold_until_the_overlap_is_over_at_both_instances_and_the_old_one_can_be_ended_at_once()
    {
        var client = await operators.Approved(developer, Service());
        var (id, old) = (client.Id(), client.Secret());
        var key = Guid.NewGuid().ToString();
        var rotated = await developer.Rotate(id, key: key);
        rotated.Status.ShouldBe(HttpStatusCode.Created);
        var fresh = rotated.Body.Secret();
        (await developer.Rotate(id, key: key)).Body.Secret().ShouldBe(fresh);
        (await developer.Rotate(id)).Code.ShouldBe("client_secret_overlap");
        (await developer.Rotate(id, keepSeconds: 604_801)).Code.ShouldBe("invalid_client_metadata");

        foreach (var instance in (int[])[0, 1])
        {
            await Eventually.True(async () => await IsLetIn(instance, id, fresh), RegistrationDesk.Known);
            (await IsLetIn(instance, id, old)).ShouldBeTrue();
            var known = Known(instance, id);
            var end = known.Secrets.Single(secret => secret.ExpiresAt is not null).ExpiresAt!.Value;
            (end - DateTimeOffset.UtcNow).ShouldBeInRange(TimeSpan.FromHours(23), TimeSpan.FromHours(24));
            known.HasSecret(old, end.AddTicks(-1)).ShouldBeTrue();
            known.HasSecret(old, end).ShouldBeFalse();
            known.HasSecret(fresh, end).ShouldBeTrue();
        }

        (await developer.EndPrevious(id)).Status.ShouldBe(HttpStatusCode.NoContent);
        (await IsLetIn(0, id, old)).ShouldBeFalse();
        await Eventually.True(async () => !await IsLetIn(1, id, old), RegistrationDesk.Known);
        (await IsLetIn(1, id, fresh)).ShouldBeTrue();

        (await developer.Rotate(id, keepSeconds: 0)).Status.ShouldBe(HttpStatusCode.Created);
        (await IsLetIn(0, id, fresh)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_suspended_client_and_what_it_was_granted_hold_nowhere_until_it_is_reinstated()
    {
        var client = await operators.Approved(developer, Service());
        var (id, secret) = (client.Id(), client.Secret());
        await Eventually.True(async () => await IsLetIn(0, id, secret), RegistrationDesk.Known);
        var names = desk.Identity.ServicesOf(0).GetRequiredService<Clients>();

        (await operators.Decide(id, "suspend", "有人投诉：这个应用冒充别人。")).Status.ShouldBe(HttpStatusCode.NoContent);

        (await IsLetIn(1, id, secret)).ShouldBeFalse();
        await Eventually.True(async () => !await IsLetIn(0, id, secret), RegistrationDesk.Known);
        names.Find(id).ShouldBeNull();
        names.NameOf(id).ShouldBe("Noodles");
        var read = (await developer.Read(id)).Body;
        read.Text("status").ShouldBe("suspended");
        read.Text("operator_reason").ShouldBe("有人投诉：这个应用冒充别人。");

        (await operators.Decide(id, "reinstate")).Status.ShouldBe(HttpStatusCode.NoContent);
        await Eventually.True(async () => await IsLetIn(0, id, secret), RegistrationDesk.Known);
        (await developer.Retire(id)).Status.ShouldBe(HttpStatusCode.NoContent);
        (await IsLetIn(0, id, secret)).ShouldBeFalse();
        (await operators.Decide(id, "reinstate")).Code.ShouldBe("client_unknown");
        names.NameOf(id).ShouldBe("Noodles");
    }

    [Fact]
    public async Task What_a_client_gave_up_its_tokens_have_no_more_and_it_has_no_token_for_what_it_did_not_register()
    {
        var client = await operators.Approved(developer);
        var (id, secret) = (client.Id(), client.Secret());
        using var party = new RelyingParty(() => desk.Identity.Instance(1), id);
        using var person = desk.Browser(instance: 1);
        var tokens = await RegistrationSpecs.SignIn(person, party, secret);
        var access = tokens.Body.Text("access_token");
        (await party.UserInfo(access)).Body.ShouldContainKey("nickname");

        (await developer.Change(id, it => it["scope"] = "openid offline_access")).Status.ShouldBe(HttpStatusCode.OK);

        await Eventually.True(async () => !(await party.UserInfo(access)).Body.ContainsKey("nickname"), RegistrationDesk.Known);
        using var refresh = new FormUrlEncodedContent(
            [new("grant_type", "refresh_token"), new("refresh_token", tokens.Body.Text("refresh_token"))]);
        (await party.Token(refresh, secret)).Body.Text("scope").ShouldBe("openid offline_access");

        var service = Service();
        service["scope"] = "openid";
        var without = await operators.Approved(developer, service);
        using var itself = new RelyingParty(() => desk.Identity.Instance(1), without.Id());
        using var form = new FormUrlEncodedContent([new("grant_type", "client_credentials")]);
        (await itself.Token(form, without.Secret())).ShouldBeError("invalid_scope");
    }

    [Fact]
    public async Task Nobody_approves_a_client_of_their_own()
    {
        using var own = await desk.Developer(RegistrationDesk.Operator);
        var id = (await own.Register(RegistrationDesk.App())).Body.Id();
        (await operators.Decide(id, "approve")).Code.ShouldBe("client_own");
        (await operators.Decide(id, "reject")).Status.ShouldBe(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task An_operator_approves_what_they_saw_and_their_look_and_their_reason_are_the_owners_to_read()
    {
        var id = (await developer.Register(RegistrationDesk.App())).Body.Id();
        var seen = await operators.LookAt(id);
        seen.Body["contacts"]!.AsArray().Single()!.GetValue<string>().ShouldBe("owner@noodles.example");
        await developer.Change(id, client => client["client_name"] = "Your bank");

        (await operators.Decide(id, "approve", seen.ETag!, RegistrationDesk.Reason)).Code.ShouldBe("precondition_failed");
        (await operators.Call(HttpMethod.Post, $"/identity/operations/clients/{id}/approve", new JsonObject { ["reason"] = RegistrationDesk.Reason }))
            .Code.ShouldBe("if_match_missing");
        foreach (var any in (string[])["*", "\"1\", \"2\", \"3\""])
        {
            (await operators.Decide(id, "approve", any, RegistrationDesk.Reason)).Code.ShouldBe("if_match_missing");
            (await operators.Decide(id, "reject", any, RegistrationDesk.Reason)).Code.ShouldBe("if_match_missing");
        }
        (await operators.Call(HttpMethod.Post, $"/identity/operations/clients/{id}/approve", new JsonObject(), ("If-Match", "\"2\"")))
            .Code.ShouldBe("reason_missing");
        (await operators.Decide(id, "reject", "名字会让人以为是银行。")).Status.ShouldBe(HttpStatusCode.NoContent);

        var read = (await developer.Read(id)).Body;
        (read.Text("status"), read.Text("operator_reason")).ShouldBe(("rejected", "名字会让人以为是银行。"));
        (await operators.Decide(id, "approve")).Code.ShouldBe("client_nothing_to_decide");
        (await developer.Change(id, client => client["client_name"] = "Noodles")).Body.Text("status").ShouldBe("pending");
        var owner = Guid.Parse(seen.Body.Text("owner"));
        var events = (await desk.Identity.Services.GetRequiredService<IEventStore>().ReadStream(Person.StreamOf(owner))).Events;
        events.Select(stored => stored.Data).OfType<PersonViewedByOperator>().ShouldAllBe(look => look.What == "clients");
    }

    [Fact]
    public async Task What_is_computed_from_clients_follows_them()
    {
        var metadata = RegistrationDesk.App();
        metadata["backchannel_logout_uri"] = "https://noodles.example/logout";
        var id = (await operators.Approved(developer, metadata)).Id();
        var clients = desk.Identity.ServicesOf(1).GetRequiredService<Clients>();

        clients.WithSector("noodles.example").Select(client => client.Id).ShouldBe([id]);
        clients.All.Select(client => client.Id).ShouldContain(id);
        desk.Identity.ServicesOf(1).GetRequiredService<BackchannelLogout>().ClientIds.ShouldContain(id);
        await operators.Decide(id, "suspend");
        clients.WithSector("noodles.example").ShouldBeEmpty();
        clients.All.Select(client => client.Id).ShouldNotContain(id);
    }

    [Fact]
    public async Task An_instance_that_starts_later_knows_them_before_it_is_ready()
    {
        var id = (await operators.Approved(developer)).Id();
        await desk.Identity.StartAnother(new Dictionary<string, string?>());
        using var http = new HttpClient { BaseAddress = desk.Identity.Instance(2) };
        await Eventually.True(
            async () => (await Ready(http)).Contains("\"clients\":\"Healthy\"", StringComparison.Ordinal), RegistrationDesk.Known);
        Known(2, id).Name.ShouldBe("Noodles");
    }

    private static async Task<string> Ready(HttpClient http)
    {
        using var answer = await http.GetAsync(new Uri("/health/ready", UriKind.Relative));
        return await answer.Content.ReadAsStringAsync();
    }

    /// <summary>A client that speaks for itself: whether its secret holds is one request.</summary>
    private static JsonObject Service()
    {
        var metadata = RegistrationDesk.App();
        metadata["grant_types"] = new JsonArray("authorization_code", "client_credentials");
        metadata["scope"] = "openid partner";
        return metadata;
    }

    private Client Known(int instance, string id) =>
        desk.Identity.ServicesOf(instance).GetRequiredService<Clients>().Find(id).ShouldNotBeNull();

    private async Task<bool> IsLetIn(int instance, string id, string secret)
    {
        using var party = new RelyingParty(() => desk.Identity.Instance(instance), id);
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["grant_type"] = "client_credentials" });
        return (await party.Token(form, secret)).Status == HttpStatusCode.OK;
    }

    private async Task<string[]> Waiting()
    {
        var list = await operators.Call(HttpMethod.Post, "/identity/operations/clients", new JsonObject { ["reason"] = RegistrationDesk.Reason });
        return [.. list.Body["clients"]!.AsArray().Select(client => client!.AsObject().Id())];
    }
}
