using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Hutong.IdentityLink.Tests.Hosting;
using Hutong.Testing;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Hutong.IdentityLink.Tests.Provider;

/// <summary>Two instances in processes of their own, one of them at random for every request, while one is killed and keys rotate.</summary>
public sealed class ChaosSpecs(Servers servers, SimulatedPlatforms platforms) : IAsyncLifetime
{
    private const int Seed = 20261122;
    private const int Rounds = 6;

    private static readonly string[] Staying = ["wang", "chen"];

    private readonly IdentityService identity = new(servers, platforms);
    private readonly Random random = new(Seed);
    private readonly ConcurrentDictionary<string, bool> signedBy = new();
    private volatile ServiceProcess[] alive = [];

    public async ValueTask InitializeAsync()
    {
        await identity.InitializeAsync();
        alive = await Task.WhenAll(ServiceProcess.Start(identity), ServiceProcess.Start(identity));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var instance in alive)
            await instance.DisposeAsync();
        await identity.DisposeAsync();
    }

    [Fact]
    public async Task Nobody_is_signed_out_and_every_sign_in_is_finished_while_instances_are_killed_and_keys_rotate()
    {
        using var over = new CancellationTokenSource();
        var refreshing = Staying.Select(person => Task.Run(() => RefreshUntil(person, over.Token))).ToArray();

        for (var round = 0; round < Rounds; round++)
        {
            await SignInWhileOneIsKilled(stepToKillAt: round);
            if (round == Rounds / 2)
                await RotateKeys();
        }

        await Eventually.True(() => signedBy.Count > 1, because: "the key that followed signs");
        await over.CancelAsync();
        foreach (var refreshes in await Task.WhenAll(refreshing))
            refreshes.ShouldBeGreaterThan(Rounds);
    }

    /// <summary>
    /// One person's whole sign-in. While one of its steps is under way an instance is killed, and another started. A step
    /// that got no answer is taken again, as browsers and gateways do; who redeemed a code and got none begins anew.
    /// </summary>
    private async Task SignInWhileOneIsKilled(int stepToKillAt)
    {
        using var browser = new TestBrowser(Any, platforms.Port);
        using var site = new RelyingParty(Any, IdentityService.Site);
        var step = 0;

        var page = await Step(async () => await browser.Follow(await browser.Get(site.AuthorizeAddress())));
        var started = await Step(() => browser.Submit(page, "/sign-in/weibo"));
        var back = await browser.VisitPlatform(started.Location!, "li-na");
        var signedIn = await Step(() => browser.Get(back));
        var answer = await Step(async () => signedIn.Location is null
            ? await browser.SignIn(await browser.Follow(await browser.Get(site.AuthorizeAddress())), "li-na")
            : await browser.Follow(signedIn));
        var code = answer.LocationQuery["code"];
        var (status, tokens) = await Step(() => site.Redeem(code));
        if (status != HttpStatusCode.OK)
            tokens = await CodeFlowSpecs.SignIn(browser, site, "li-na");
        else
            (await site.Redeem(code)).ShouldBeError("invalid_grant");
        await Verified(tokens, site.ClientId);

        async Task<T> Step<T>(Func<Task<T>> take)
        {
            var kills = step++ == stepToKillAt;
            var taken = Again(take);
            if (kills)
                await KillOne();
            return await taken;
        }
    }

    private static async Task<T> Again<T>(Func<Task<T>> take)
    {
        while (true)
        {
            try
            {
                return await take();
            }
            catch (HttpRequestException)
            {
            }
        }
    }

    private async Task KillOne()
    {
        var victim = alive[random.Next(alive.Length)];
        alive = [.. alive.Except([victim])];
        await victim.Kill();
        await victim.DisposeAsync();
        alive = [.. alive, await ServiceProcess.Start(identity)];
    }

    /// <summary>Somebody whose app refreshes without rest, each time twice at once, and asks again where no answer came.</summary>
    private async Task<int> RefreshUntil(string person, CancellationToken over)
    {
        using var browser = new TestBrowser(() => identity.Address, platforms.Port);
        using var partner = new RelyingParty(Any, IdentityService.Partner);
        var token = (await partner.SignIn(browser, person)).RefreshToken;
        var refreshes = 0;
        while (!over.IsCancellationRequested)
        {
            var answers = await Task.WhenAll(Refresh(partner, token), Refresh(partner, token));
            token = answers.Select(answer => answer["refresh_token"]!.GetValue<string>()).Distinct().ShouldHaveSingleItem();
            refreshes++;
        }
        return refreshes;
    }

    private async Task<JsonObject> Refresh(RelyingParty partner, string token)
    {
        while (true)
        {
            try
            {
                var (status, body) = await partner.Refresh(token);
                status.ShouldBe(HttpStatusCode.OK, body.ToJsonString());
                await Verified(body, partner.ClientId);
                return body;
            }
            catch (HttpRequestException)
            {
                // The instance was killed under the request: whether it rotated the token, only its database knows.
            }
        }
    }

    /// <summary>The published keys that follow sign from now on.</summary>
    private Task RotateKeys() => identity.Sql("update signing_key set signs_from = now() where signs_from > now() and algorithm = 'RS256'");

    private async Task Verified(JsonObject tokens, string audience)
    {
        using var http = new HttpClient();
        var keys = new JsonWebKeySet(await http.GetStringAsync(new Uri(Any(), "/jwks")));
        var result = await new JsonWebTokenHandler().ValidateTokenAsync(tokens["id_token"]!.GetValue<string>(), new TokenValidationParameters
        {
            ValidIssuer = IdentityService.Origin,
            ValidAudience = audience,
            IssuerSigningKeys = keys.GetSigningKeys(),
            TryAllIssuerSigningKeys = false,
        });
        result.IsValid.ShouldBeTrue(result.Exception?.Message);
        signedBy[((JsonWebToken)result.SecurityToken).Kid] = true;
    }

    private Uri Any()
    {
        var now = alive;
        lock (random)
            return now[random.Next(now.Length)].Address;
    }
}
