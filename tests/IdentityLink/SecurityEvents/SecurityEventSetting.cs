using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Hutong.IdentityLink.Tests.Hosting;
using Hutong.Testing;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Hutong.IdentityLink.Tests.SecurityEvents;

/// <summary>Two instances, a partner with an address for security events, and Li Na, who has signed in to it.</summary>
public abstract class SecurityEventSetting(Servers servers, SimulatedPlatforms platforms) : IAsyncLifetime
{
    protected const string Partner = IdentityService.Partner;
    protected const string OtherPartner = IdentityService.OtherPartner;

    private readonly HttpClient http = new();

    protected SimulatedPlatforms Platforms => platforms;

    protected IdentityService Identity { get; } = new(servers, platforms);

    protected EventReceiver Receiver { get; } = new();

    protected TestBrowser Browser { get; private set; } = null!;

    protected RelyingParty Client { get; private set; } = null!;

    /// <summary>Li Na, as the partner knows her.</summary>
    protected string Subject { get; private set; } = null!;

    protected Dictionary<string, string?> Settings => new()
    {
        ["PartnerCalls:ExemptHosts:0"] = "127.0.0.1",
        [$"Provider:Clients:{Partner}:SecurityEventsUri"] = Receiver.AddressOf(Partner),
        [$"Provider:Clients:{Partner}:IdTokenAlgorithm"] = "ES256",
        [$"Provider:Clients:{OtherPartner}:SecurityEventsUri"] = Receiver.AddressOf(OtherPartner),
    };

    public async ValueTask InitializeAsync()
    {
        await Identity.Start(Settings, count: 2);
        Browser = new TestBrowser(Identity, platforms);
        Client = new RelyingParty(Identity, Partner);
        Subject = (await Client.SignIn(Browser, "li-na")).Subject;
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        Browser.Dispose();
        Client.Dispose();
        http.Dispose();
        await Identity.DisposeAsync();
        await Receiver.DisposeAsync();
    }

    protected Task Hears(string whom, params string[] types) => Eventually.Passes(() =>
    {
        ToldOf(whom).ShouldBe(types);
        return Task.CompletedTask;
    });

    protected IReadOnlyList<string> ToldOf(string whom) =>
        [.. Receiver.Of(Partner).Where(told => EventReceiver.SubjectOf(told) == whom).Select(EventReceiver.TypeOf)];

    protected static JsonObject Event(JsonObject payload) => payload["events"]!.AsObject().Single().Value!.AsObject();

    protected Task Hurry() => Identity.Sql("update security_event set next_attempt_at = now() where closed_at is null");

    /// <summary>Until nothing is left to be delivered, and the log has been read to its end.</summary>
    protected Task Settled() => Eventually.True(async () => await Identity.Count("""
        select (select count(*) from security_event where closed_at is null)
             + (select last_value from mt_events_sequence) - (select last_seq_id from mt_event_progression where name = 'SecurityEvents:All')
        """) == 0);

    /// <summary>Links an account and answers its platform.</summary>
    protected async Task<string> Linked(string person, string platform)
    {
        (await Browser.Link(person, platform)).Location.ShouldBe($"/account?linked={platform}");
        return platform;
    }

    protected async Task Unlink(string platform)
    {
        var address = Regex.Matches((await Browser.Get("/account")).Text, "/account/unlink\\?account=([^\"]+)").Select(match => match.Value)
            .Single(address => address.Contains($"account-{platform}", StringComparison.Ordinal));
        (await Browser.Submit(await Browser.Get(address), "/account/unlink")).Status.ShouldBe(HttpStatusCode.SeeOther);
    }

    protected async Task Merge() =>
        (await Browser.Submit(await Browser.ProveForLink("li-na", "taobao"), "/account/merge", ("keep", "mine"))).Location.ShouldBe("/account");

    protected async Task Undo()
    {
        var undo = Regex.Match((await Browser.Get("/account")).Body, "href=\"(/account/merges/[^\"]+/undo)\"").Groups[1].Value;
        (await Browser.Submit(await Browser.Get(undo), undo)).Status.ShouldBe(HttpStatusCode.SeeOther);
    }

    protected async Task<List<JsonObject>> Log(string client = Partner)
    {
        var all = new List<JsonObject>();
        string? next = null;
        do
        {
            var (_, body) = await Ask(HttpMethod.Get, $"/security_events/deliveries{(next is null ? "" : $"?before={next}")}", client);
            all.AddRange(body["attempts"]!.AsArray().Select(attempt => attempt!.AsObject()));
            next = body["next"]?.GetValue<string>();
        }
        while (next is not null);
        return all;
    }

    protected async Task<(HttpStatusCode Status, JsonObject Body)> Ask(
        HttpMethod method, string path, string? client, params (string Name, string Value)[] form)
    {
        using var request = new HttpRequestMessage(method, new Uri(Identity.Address, path));
        if (form.Length > 0)
            request.Content = new FormUrlEncodedContent(form.ToDictionary(field => field.Name, field => field.Value));
        if (client is not null)
            request.Headers.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{client}:{IdentityService.Secret(client)}")));
        using var response = await http.SendAsync(request);
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsObject());
    }

    protected async Task Validated(string jws)
    {
        var result = await new JsonWebTokenHandler().ValidateTokenAsync(jws, new TokenValidationParameters
        {
            ValidIssuer = IdentityService.Origin,
            ValidAudience = Partner,
            ValidTypes = ["secevent+jwt"],
            ValidAlgorithms = ["ES256"],
            ValidateLifetime = false,
            IssuerSigningKeys = new JsonWebKeySet(await http.GetStringAsync(new Uri(Identity.Address, "/jwks"))).GetSigningKeys(),
        });
        result.IsValid.ShouldBeTrue(result.Exception?.Message);
    }
}
