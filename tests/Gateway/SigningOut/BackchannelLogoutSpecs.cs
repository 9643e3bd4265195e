using System.Net;
using System.Security.Cryptography;
using Hutong.Gateway.Tests.Hosting;
using static Hutong.Gateway.Tests.Hosting.GatewayUnderTest;
using Values = System.Collections.Generic.Dictionary<string, object?>;

namespace Hutong.Gateway.Tests.SigningOut;

[Collection(typeof(OnSharedPlatform))]
public sealed class BackchannelLogoutSpecs(SharedPlatform shared)
{
    private const string Event = "http://schemas.openid.net/event/backchannel-logout";
    private static readonly RSA OtherKey = RSA.Create(2048);
    private readonly Platform platform = shared.Platform;

    public static TheoryData<string> Defects => [.. Alterations.Keys];

    /// <summary>OpenID Connect Back-Channel Logout 1.0, section 2.6.</summary>
    private static Dictionary<string, Action<Values, Values>> Alterations { get; } = new()
    {
        ["another type"] = (header, _) => header["typ"] = "JWT",
        ["no type"] = (header, _) => header["typ"] = null,
        ["an unknown key id"] = (header, _) => header["kid"] = "unknown",
        ["another issuer"] = (_, claims) => claims["iss"] = "http://elsewhere.example",
        ["another audience"] = (_, claims) => claims["aud"] = "hutong-shop",
        ["run out"] = (_, claims) => claims["exp"] = DateTimeOffset.UtcNow.AddMinutes(-1).ToUnixTimeSeconds(),
        ["without an end"] = (_, claims) => claims["exp"] = null,
        ["old"] = (_, claims) => claims["iat"] = DateTimeOffset.UtcNow.AddMinutes(-10).ToUnixTimeSeconds(),
        ["from the future"] = (_, claims) => claims["iat"] = DateTimeOffset.UtcNow.AddMinutes(10).ToUnixTimeSeconds(),
        ["without a time of issue"] = (_, claims) => claims["iat"] = null,
        ["no id"] = (_, claims) => claims["jti"] = null,
        ["no events"] = (_, claims) => claims["events"] = null,
        ["another event"] = (_, claims) => claims["events"] = new Values { ["http://schemas.openid.net/event/other"] = new Values() },
        ["an event that is no object"] = (_, claims) => claims["events"] = new Values { [Event] = "yes" },
        ["events that are a list"] = (_, claims) => claims["events"] = new[] { Event },
        ["a nonce"] = (_, claims) => claims["nonce"] = "a",
        ["neither session nor subject"] = (_, claims) => (claims["sid"], claims["sub"]) = (null, null),
    };

    [Theory]
    [MemberData(nameof(Defects))]
    public async Task A_logout_token_with_a_defect_ends_nothing(string defect)
    {
        var person = Platform.NewPerson();
        using var browser = await platform.SignedIn(Social, person);
        var (header, claims) = platform.Provider.LogoutToken("hutong-social", person);
        Alterations[defect](header, claims);

        await ShouldEndNothing(browser, await Deliver(platform.Provider.Sign(header, claims)));
    }

    [Fact]
    public async Task A_logout_token_signed_by_another_key_ends_nothing()
    {
        var person = Platform.NewPerson();
        using var browser = await platform.SignedIn(Social, person);
        var (header, claims) = platform.Provider.LogoutToken("hutong-social", person);

        await ShouldEndNothing(browser, await Deliver(Jwt.Write(header, claims, Jwt.Rs256(OtherKey))));
    }

    [Fact]
    public async Task An_unsigned_logout_token_ends_nothing()
    {
        var person = Platform.NewPerson();
        using var browser = await platform.SignedIn(Social, person);
        var (header, claims) = platform.Provider.LogoutToken("hutong-social", person);
        header["alg"] = "none";

        await ShouldEndNothing(browser, await Deliver(Jwt.Write(header, claims, Jwt.None)));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("not.a.token")]
    [InlineData("....")]
    public async Task What_is_no_token_is_refused(string? token) =>
        (await Deliver(token)).Status.ShouldBe(HttpStatusCode.BadRequest);

    [Fact]
    public async Task Ends_the_session_at_once_on_every_instance()
    {
        var person = Platform.NewPerson();
        using var browser = await platform.SignedIn(Social, person);
        foreach (var instance in (int[])[0, 1])
        {
            browser.Instance = _ => instance;
            (await browser.Fetch(platform.At(Social))).InternalClaim("sub").ShouldBe(person);
        }
        var (header, claims) = platform.Provider.LogoutToken("hutong-social", person);

        var answer = await Deliver(platform.Provider.Sign(header, claims));

        answer.Status.ShouldBe(HttpStatusCode.OK);
        answer.Header("Cache-Control").ShouldBe("no-store");
        foreach (var instance in (int[])[0, 1])
        {
            browser.Instance = _ => instance;
            (await browser.Fetch(platform.At(Social))).InternalClaim("sub").ShouldBeNull();
        }
    }

    [Fact]
    public async Task A_logout_token_is_taken_once()
    {
        var person = Platform.NewPerson();
        using var browser = await platform.SignedIn(Social, person);
        var (header, claims) = platform.Provider.LogoutToken("hutong-social", person);
        var token = platform.Provider.Sign(header, claims);
        (await Deliver(token)).Status.ShouldBe(HttpStatusCode.OK);
        platform.Provider.Sids.TryRemove(person, out _);
        await browser.SignIn(Social);

        await ShouldEndNothing(browser, await Deliver(token));
    }

    [Fact]
    public async Task A_logout_token_without_a_session_ends_all_of_the_persons_at_this_site()
    {
        var person = Platform.NewPerson();
        using var one = await platform.SignedIn(Social, person);
        using var other = await platform.SignedIn(Social, person);
        using var elsewhere = await platform.SignedIn(Shop, person);
        var (header, claims) = platform.Provider.LogoutToken("hutong-social", person);
        claims["sid"] = null;

        (await Deliver(platform.Provider.Sign(header, claims))).Status.ShouldBe(HttpStatusCode.OK);

        (await one.Fetch(platform.At(Social))).InternalClaim("sub").ShouldBeNull();
        (await other.Fetch(platform.At(Social))).InternalClaim("sub").ShouldBeNull();
        (await elsewhere.Fetch(platform.At(Shop))).InternalClaim("sub").ShouldBe(person);
    }

    [Fact]
    public async Task A_sign_in_that_was_under_way_when_its_session_ended_does_not_come_about()
    {
        var person = Platform.NewPerson();
        using var browser = platform.Browser();
        browser.IsKnownToProviderAs(person);
        var begun = await browser.Open(platform.At(Social, "/signin"));
        var answered = await browser.Open(begun.Location!);
        var (header, claims) = platform.Provider.LogoutToken("hutong-social", person);
        (await Deliver(platform.Provider.Sign(header, claims))).Status.ShouldBe(HttpStatusCode.OK);

        (await browser.Open(answered.Location!)).Code.ShouldBe("session_over");
    }

    [Fact]
    public async Task What_was_obtained_for_an_access_token_is_asked_for_again_after_its_session_ended()
    {
        var person = Platform.NewPerson();
        var token = platform.Provider.AccessTokenFor(person);
        using var browser = platform.Browser();
        (await Call(browser, token)).InternalClaim("sub").ShouldBe(person);
        platform.Provider.Revoke(platform.Provider.SidOf(person));
        (await Call(browser, token)).InternalClaim("sub").ShouldBe(person, "the cached one still serves, for less than a minute");
        var (header, claims) = platform.Provider.LogoutToken("hutong-social", person);

        await Deliver(platform.Provider.Sign(header, claims));

        (await Call(browser, token)).Code.ShouldBe("invalid_token");
    }

    [Fact]
    public async Task Is_taken_by_path_under_an_internal_name_and_by_host()
    {
        using var browser = platform.Browser();
        foreach (var address in (string[])[
            $"http://127.0.0.1:{platform.Gateway.Ports[1]}/backchannel-logout/social", platform.At(Social, "/backchannel-logout")])
        {
            var (header, claims) = platform.Provider.LogoutToken("hutong-social", Platform.NewPerson());
            (await Deliver(platform.Provider.Sign(header, claims), address)).Status.ShouldBe(HttpStatusCode.OK);
        }
        (await Deliver("any", $"{platform.Gateway.Origin}/backchannel-logout/unknown")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    private Task<Answer> Call(TestBrowser browser, string token)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, $"{platform.Gateway.Origin}/feed/home");
        request.Headers.Authorization = new("Bearer", token);
        return browser.Send(request);
    }

    private async Task<Answer> Deliver(string? token, string? address = null)
    {
        using var provider = platform.Browser();
        return await provider.Send(new HttpRequestMessage(HttpMethod.Post, address ?? $"{platform.Gateway.Origin}/backchannel-logout/social")
        {
            Content = new FormUrlEncodedContent(token is null ? [] : [KeyValuePair.Create("logout_token", token)]),
        });
    }

    private async Task ShouldEndNothing(TestBrowser browser, Answer answer)
    {
        answer.Status.ShouldBe(HttpStatusCode.BadRequest);
        answer.Body.ShouldContain("\"error\":\"invalid_request\"");
        answer.Header("Cache-Control").ShouldBe("no-store");
        (await browser.Fetch(platform.At(Social))).InternalClaim("sub").ShouldNotBeNull();
    }
}
