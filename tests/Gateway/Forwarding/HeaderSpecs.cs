using Hutong.Gateway.Tests.Hosting;
using static Hutong.Gateway.Tests.Hosting.GatewayUnderTest;

namespace Hutong.Gateway.Tests.Forwarding;

[Collection(typeof(OnSharedPlatform))]
public sealed class HeaderSpecs(SharedPlatform shared)
{
    private readonly Platform platform = shared.Platform;

    [Fact]
    public async Task What_a_caller_says_of_where_it_comes_from_is_replaced_by_what_we_know()
    {
        using var browser = platform.Browser();

        var echoed = (await browser.Send(Get(
            platform.At(Shop),
            ("X-Forwarded-For", "203.0.113.9"), ("X-Forwarded-Host", "elsewhere.example"), ("X-Forwarded-Proto", "https"),
            ("X-Forwarded-Prefix", "/x"), ("Forwarded", "for=203.0.113.9"), ("X-Real-IP", "203.0.113.9"),
            ("X-Original-URL", "/admin"), ("X-Internal-Person", "1"), ("X-Hutong-Person", "1")))).Echoed;

        echoed["X-Forwarded-For"].ShouldBe("127.0.0.1");
        echoed["X-Forwarded-Host"].ShouldBe($"shop.localhost:{platform.Gateway.Ports[0]}");
        echoed["X-Forwarded-Proto"].ShouldBe("http");
        foreach (var name in (string[])["X-Forwarded-Prefix", "Forwarded", "X-Real-IP", "X-Original-URL", "X-Internal-Person", "X-Hutong-Person"])
            echoed[name].ShouldBeNull(name);
    }

    [Fact]
    public async Task Headers_for_one_hop_go_no_further()
    {
        using var browser = platform.Browser();

        var echoed = (await browser.Send(Get(
            platform.At(Shop), ("Connection", "X-Mine"), ("X-Mine", "1"), ("Proxy-Authorization", "Basic eA=="), ("TE", "trailers"),
            ("X-Other", "2")))).Echoed;

        echoed["X-Mine"].ShouldBeNull();
        echoed["Proxy-Authorization"].ShouldBeNull();
        echoed["X-Other"].ShouldBe("2");
    }

    [Fact]
    public async Task Our_cookies_stay_here_and_others_go_on()
    {
        using var browser = await platform.SignedIn();
        browser.CookiesOfSite(Social)["hutong-language"] = "zh-CN";

        var echoed = (await browser.Fetch(platform.At(Social))).Echoed;

        echoed["Cookie"].ShouldBe("hutong-language=zh-CN");
    }

    [Fact]
    public async Task The_providers_cookies_reach_the_provider_and_no_other_service()
    {
        using var browser = platform.Browser();
        browser.CookiesOf("localhost")["__Host-hutong-browser"] = "secret";

        (await browser.Fetch($"{platform.Gateway.Origin}/userinfo")).Body.ShouldContain("__Host-hutong-browser=secret");
        (await browser.Fetch($"{platform.Gateway.Origin}/cards/1")).Echoed["Cookie"].ShouldBeNull();
    }

    [Fact]
    public async Task An_access_token_reaches_the_provider_as_it_is_and_a_service_exchanged()
    {
        var person = Platform.NewPerson();
        var token = platform.Provider.AccessTokenFor(person);
        using var browser = platform.Browser();

        (await browser.Send(Get($"{platform.Gateway.Origin}/userinfo", ("Authorization", $"Bearer {token}")))).Body.ShouldContain(token);
        var answer = await browser.Send(Get($"{platform.Gateway.Origin}/feed/home", ("Authorization", $"Bearer {token}")));
        answer.InternalClaim("sub").ShouldBe(person);
        answer.InternalClaim("aud").ShouldBe("social-feed");
        answer.Body.ShouldNotContain(token);
    }

    [Theory]
    [InlineData("Bearer unknown")]
    [InlineData("Bearer ")]
    [InlineData("Basic eDp5")]
    [InlineData("nonsense")]
    public async Task Credentials_that_do_not_hold_are_refused(string credentials)
    {
        using var browser = platform.Browser();
        var request = Get($"{platform.Gateway.Origin}/feed/home");
        request.Headers.TryAddWithoutValidation("Authorization", credentials);

        var answer = await browser.Send(request);

        answer.Status.ShouldBe(System.Net.HttpStatusCode.Unauthorized);
        answer.Code.ShouldBe("invalid_token");
        answer.Header("WWW-Authenticate").ShouldBe("Bearer realm=\"hutong\", error=\"invalid_token\"");
    }

    [Fact]
    public async Task On_a_sites_host_only_the_session_tells_who_calls()
    {
        using var browser = platform.Browser();
        var token = platform.Provider.AccessTokenFor(Platform.NewPerson());

        (await browser.Send(Get(platform.At(Social), ("Authorization", $"Bearer {token}")))).Echoed["Authorization"].ShouldBeNull();
    }

    [Fact]
    public async Task Nothing_about_the_inside_comes_out()
    {
        using var browser = platform.Browser();

        var answer = await browser.Fetch(platform.At(Social));

        answer.Header("Server").ShouldBeNull();
        answer.Header("X-Powered-By").ShouldBeNull();
    }

    [Fact]
    public async Task A_trace_begins_here_whatever_the_caller_sends_and_its_id_is_in_the_answer()
    {
        const string foreign = "0af7651916cd43dd8448eb211c80319c";
        using var browser = platform.Browser();

        var answer = await browser.Send(Get(
            platform.At(Social), ("traceparent", $"00-{foreign}-b7ad6b7169203331-01"), ("tracestate", "a=b"), ("baggage", "k=v")));

        var inside = answer.Echoed["traceparent"]!.Split('-')[1];
        inside.ShouldNotBe(foreign);
        inside.ShouldBe(answer.Header("X-Trace-Id"));
        answer.Echoed["tracestate"].ShouldBeNull();
        answer.Echoed["baggage"].ShouldBeNull();
    }

    private static HttpRequestMessage Get(string address, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, address);
        foreach (var (name, value) in headers)
            request.Headers.Add(name, value);
        return request;
    }
}
