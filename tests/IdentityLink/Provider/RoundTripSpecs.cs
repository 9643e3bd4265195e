using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using Hutong.IdentityLink.Tests.Devices;
using Hutong.IdentityLink.Tests.Hosting;

namespace Hutong.IdentityLink.Tests.Provider;

[Collection<OneService>]
public sealed class RoundTripSpecs(IdentityService identity, SimulatedPlatforms platforms) : IDisposable
{
    private readonly TestBrowser browser = new(identity, platforms);
    private readonly RelyingParty partner = new(identity, IdentityService.Partner);

    public void Dispose()
    {
        browser.Dispose();
        partner.Dispose();
    }

    [Fact]
    public async Task What_clients_ask_for_most_is_one_round_trip_to_the_database()
    {
        var tokens = await partner.SignIn(browser, "li-na");
        var code = (await browser.Get(partner.AuthorizeAddress(("prompt", "none")))).LocationQuery["code"];
        using var cli = new RelyingParty(identity, DeviceFlow.Cli, isPublic: true);
        var device = await cli.Begin();

        (await CommandsOf(() => partner.Token(("grant_type", "client_credentials")))).ShouldBe(1, "client_credentials");
        (await CommandsOf(() => partner.Post("/introspect", ("token", tokens.AccessToken)))).ShouldBe(1, "introspection");
        (await CommandsOf(() => partner.Redeem(code))).ShouldBe(1, "a code");
        (await CommandsOf(() => partner.Refresh(tokens.RefreshToken))).ShouldBe(1, "a refresh");
        (await CommandsOf(() => partner.Post("/revoke", ("token", tokens.AccessToken)))).ShouldBe(1, "a revocation");
        (await CommandsOf(() => cli.Poll(device))).ShouldBe(1, "a device's question");
    }

    /// <summary>How many commands a request sends to the database: those of its own trace, as others use it meanwhile.</summary>
    private static async Task<int> CommandsOf(Func<Task<(HttpStatusCode, System.Text.Json.Nodes.JsonObject)>> request)
    {
        var traces = new ConcurrentQueue<ActivityTraceId>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "Npgsql" or "Microsoft.AspNetCore",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                if (activity.Source.Name == "Npgsql")
                    traces.Enqueue(activity.TraceId);
            },
        };
        ActivitySource.AddActivityListener(listener);
        using var mine = new Activity("request").SetIdFormat(ActivityIdFormat.W3C).Start();
        await request();
        return traces.Count(trace => trace == mine.TraceId);
    }
}
