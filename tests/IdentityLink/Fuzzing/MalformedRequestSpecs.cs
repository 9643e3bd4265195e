using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Hutong.IdentityLink.Tests.Hosting;
using Hutong.IdentityLink.Tests.Provider;
using Hutong.IdentityLink.Tests.Registration;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hutong.IdentityLink.Tests.Fuzzing;

/// <summary>Alone, so that the memory of the process is that of these requests.</summary>
[CollectionDefinition(DisableParallelization = true)]
public sealed class Alone;

[Collection<Alone>]
public sealed class MalformedRequestSpecs(Testing.Servers servers, SimulatedPlatforms platforms)
{
    private const int Seed = 20261122;
    private const int Requests = 200_000;
    private const int AtOnce = 16;

    /// <summary>In so many parts: what the gateway would send on for the attacker holds for a minute.</summary>
    private const int Parts = 10;

    /// <summary>None takes longer on a busy machine, unless it hangs.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task No_malformed_request_breaks_stalls_or_fills_the_service_or_tells_one_person_of_another()
    {
        await using var identity = new IdentityService(servers, platforms);
        await identity.InitializeAsync();
        var victim = await Victim(identity);
        using var browser = new TestBrowser(identity, platforms);
        var attacker = await Attacker(identity, browser);
        // Health tells of the broker, which is not there; what is not routed from outside is not the provider's.
        var endpoints = identity.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => !endpoint.RoutePattern.RawText!.StartsWith("/health", StringComparison.Ordinal)).ToList();
        endpoints.Count.ShouldBeGreaterThan(60);

        // What the attacker does to themselves, such as signing out and in again, and to their own apps is theirs to do.
        var own = $"person-{await identity.PersonOf(browser)}";
        Task<long> Events() => identity.Count("select count(*) from mt_events where stream_id <> $1 and stream_id not like 'client-%'", own);
        var (events, memory) = (0L, 0L);
        for (var part = 0; part < Parts; part++)
        {
            attacker = attacker with { InternalToken = await InternalToken(identity, browser) };
            var (faults, met) = await Send(identity, endpoints, attacker, victim, Seed + part, Requests / Parts);
            faults.ShouldBeEmpty();
            met.ShouldBe(endpoints.Select(endpoint => endpoint.DisplayName).Distinct(), ignoreOrder: true);
            // What is compiled and pooled once is there after the first part.
            if (part == 0)
                (events, memory) = (await Events(), Memory());
        }

        (await Events()).ShouldBe(events);
        (Memory() - memory).ShouldBeLessThan(50_000_000);
        await CodeFlowSpecs.SignIn(new TestBrowser(identity, platforms), new RelyingParty(identity, IdentityService.Site), "chen");
    }

    private static async Task<(IReadOnlyCollection<string> Faults, IReadOnlyCollection<string?> Met)> Send(
        IdentityService identity, IReadOnlyList<RouteEndpoint> endpoints, Attacker attacker, IReadOnlyList<string> secrets, int seed, int count)
    {
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, MaxConnectionsPerServer = AtOnce })
        {
            BaseAddress = identity.Address,
            Timeout = Deadline,
        };
        var (faults, met) = (new ConcurrentDictionary<string, string>(), new ConcurrentDictionary<string, bool>());
        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(sender => Task.Run(async () =>
        {
            // A sender's requests hang on the seed alone, whatever the others' speed.
            var generator = new RequestGenerator(seed * AtOnce + sender, endpoints, attacker);
            for (var i = 0; i < count / AtOnce; i++)
            {
                var (endpoint, request) = generator.Next();
                met[endpoint.DisplayName!] = true;
                using (request)
                {
                    if (await Fault(http, request, secrets) is { } fault)
                        faults.TryAdd($"{endpoint.DisplayName} {fault}", $"{request} {await (request.Content?.ReadAsStringAsync() ?? Task.FromResult(""))}");
                }
            }
        })));
        return ([.. faults.Select(fault => $"{fault.Key}: {fault.Value}")], [.. met.Keys]);
    }

    private static async Task<string?> Fault(HttpClient http, HttpRequestMessage request, IReadOnlyList<string> secrets)
    {
        var clock = Stopwatch.StartNew();
        try
        {
            using var answer = await http.SendAsync(request);
            var body = await answer.Content.ReadAsStringAsync();
            if ((int)answer.StatusCode >= 500)
                return $"{(int)answer.StatusCode}";
            var said = $"{body} {string.Join(' ', answer.Headers.SelectMany(header => header.Value))}";
            return secrets.FirstOrDefault(secret => said.Contains(secret, StringComparison.OrdinalIgnoreCase)) is { } told ? $"told {told}" : null;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return clock.Elapsed >= Deadline ? "no answer" : e.Message;
        }
    }

    /// <summary>Somebody with accounts, sessions, tokens and an unredeemed code; what nobody else may be told of them.</summary>
    private async Task<IReadOnlyList<string>> Victim(IdentityService identity)
    {
        using var browser = new TestBrowser(identity, platforms);
        using var site = new RelyingParty(identity, IdentityService.Site);
        using var partner = new RelyingParty(identity, IdentityService.Partner);
        var tokens = await CodeFlowSpecs.SignIn(browser, site, "li-na");
        (await browser.Follow(await browser.Link("li-na", "taobao"))).Body.ShouldContain("data-platform=\"taobao\"");
        var given = await partner.SignIn(browser, "li-na");
        var code = (await browser.Get(site.AuthorizeAddress(("prompt", "none")))).LocationQuery["code"];
        var (_, claims) = await site.UserInfo(given.AccessToken);
        var person = await identity.PersonOf(browser);
        return
        [
            claims["nickname"]!.GetValue<string>(), person.ToString(), (await identity.SidOf(browser)).ToString(), given.Subject, given.AccessToken,
            given.RefreshToken, code, browser.SessionCookie, tokens["access_token"]!.GetValue<string>(), tokens["refresh_token"]!.GetValue<string>(),
        ];
    }

    private static async Task<string> InternalToken(IdentityService identity, TestBrowser browser)
    {
        using var console = new RelyingParty(identity, IdentityService.DeveloperConsole);
        using var gateway = new RelyingParty(identity, IdentityService.Gateway);
        var answer = await browser.Follow(await browser.Get(console.AuthorizeAddress(("scope", "openid clients"))));
        var back = answer.Location is null ? await browser.SignIn(answer, "wang") : answer;
        var (_, tokens) = await console.Redeem(back.LocationQuery["code"]);
        var (_, exchanged) = await gateway.Exchange(tokens["access_token"]!.GetValue<string>(), "identity-link");
        return exchanged["access_token"]!.GetValue<string>();
    }

    private static async Task<Attacker> Attacker(IdentityService identity, TestBrowser browser)
    {
        using var site = new RelyingParty(identity, IdentityService.Site);
        using var partner = new RelyingParty(identity, IdentityService.OtherPartner);
        var tokens = await CodeFlowSpecs.SignIn(browser, site, "wang");
        var given = await partner.SignIn(browser, "wang");
        var waiting = await browser.Get(partner.AuthorizeAddress(("prompt", "consent")));
        return new Attacker(
            string.Join("; ", browser.Cookies.Select(cookie => $"{cookie.Key}={cookie.Value}")),
            await InternalToken(identity, browser),
            [IdentityService.Site, IdentityService.OtherPartner, IdentityService.PublicClient, IdentityService.Gateway, "nobody"],
            [
                await App(identity, browser), given.AccessToken, given.Subject, tokens["id_token"]!.GetValue<string>(), partner.RedirectUri, site.RedirectUri,
                IdentityService.SignedOutUri(partner.ClientId), partner.Verifier, partner.Challenge, IdentityService.Secret(partner.ClientId),
                waiting.LocationQuery["request"], (await identity.PersonOf(browser)).ToString(), (await identity.SidOf(browser)).ToString(),
            ]);
    }

    /// <summary>The attacker's own app, which waits for approval: its client id.</summary>
    private static async Task<string> App(IdentityService identity, TestBrowser browser)
    {
        using var api = new HttpClient { BaseAddress = identity.Address };
        api.DefaultRequestHeaders.Authorization = new("Bearer", await InternalToken(identity, browser));
        api.DefaultRequestHeaders.Add("Idempotency-Key", "the attacker's app");
        using var answer = await api.PostAsJsonAsync("/identity/clients", RegistrationDesk.App());
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["client_id"]!.GetValue<string>();
    }

    private static long Memory() => GC.GetTotalMemory(forceFullCollection: true);
}
