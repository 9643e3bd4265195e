using System.Net;
using System.Text.Json.Nodes;
using Hutong.IdentityLink.Deliveries;
using Hutong.IdentityLink.Logout;
using Hutong.IdentityLink.Provider;
using Hutong.IdentityLink.SecurityEvents;
using Hutong.IdentityLink.Tests.Hosting;
using Hutong.IdentityLink.Tests.Registration;
using Hutong.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Hutong.IdentityLink.Tests.SecurityEvents;

public sealed class TellingRegisteredClientsSpecs(Servers servers, SimulatedPlatforms platforms) : IAsyncLifetime
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
    public async Task A_suspended_client_is_told_nothing_until_it_is_reinstated_and_then_what_it_missed()
    {
        var app = RegistrationDesk.App();
        app["backchannel_logout_uri"] = "https://noodles.example/logout";
        app["security_events_uri"] = "https://noodles.example/events";
        var id = (await operators.Approved(developer, app)).Id();
        await operators.Decide(id, "suspend");
        await Eventually.True(() => Get<Clients>().Find(id) is null, RegistrationDesk.Known);

        var browser = await SignedInTo(id);
        await browser.Submit(await browser.Get("/end_session"), "/end_session/confirm");

        (await Count("logout_delivery", id), await Count("security_event", id)).ShouldBe((1, 1));
        foreach (var deliveries in (IDeliveries[])[Get<BackchannelLogout>(), Get<SecurityEventDeliveries>()])
            (await deliveries.Waiting(CancellationToken.None)).ShouldNotContain(id);
        (await Count("delivery_attempt", id)).ShouldBe(0);

        (await operators.Decide(id, "reinstate")).Status.ShouldBe(HttpStatusCode.NoContent);
        await desk.Identity.Sql("update logout_delivery set next_attempt_at = now() where client_id = $1", id);
        await Eventually.True(
            async () => await desk.Identity.Count("select count(distinct kind) from delivery_attempt where client_id = $1", id) == 2,
            TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_client_that_an_instance_does_not_know_yet_is_told_all_the_same()
    {
        var id = (await operators.Approved(developer)).Id();
        var browser = await SignedInTo(id);
        var page = await browser.Get("/end_session");
        // As another instance wrote it this very moment: nothing has told this one of it.
        await desk.Identity.Sql($$"""
            alter table registered_client disable trigger registered_client_position;
            update registered_client set version = version + 1, position = 1000000,
                details = jsonb_set(details, '{metadata,backchannel_logout_uri}', '"https://noodles.example/logout"')
            where client_id = '{{id}}';
            alter table registered_client enable trigger registered_client_position
            """);

        await browser.Submit(page, "/end_session/confirm");

        (await Count("logout_delivery", id)).ShouldBe(1);
    }

    private T Get<T>() where T : notnull => desk.Identity.Services.GetRequiredService<T>();

    private Task<long> Count(string table, string id) => desk.Identity.Count($"select count(*) from {table} where client_id = $1", id);

    /// <summary>A browser in whose session somebody signed in to a client.</summary>
    private async Task<TestBrowser> SignedInTo(string id)
    {
        var browser = desk.Browser();
        await browser.SignIn("wang");
        await desk.Identity.Sql(
            "insert into session_client (sid, client_id, subject) values ($1, $2, 'somebody')", await desk.Identity.SidOf(browser), id);
        return browser;
    }
}
