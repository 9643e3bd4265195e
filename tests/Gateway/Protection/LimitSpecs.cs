using System.Net;
using Hutong.Gateway.Tests.Hosting;
using Hutong.Testing;
using static Hutong.Gateway.Tests.Hosting.GatewayUnderTest;

namespace Hutong.Gateway.Tests.Protection;

public sealed class LimitSpecs(Servers servers)
{
    private const int Limit = 3;

    [Theory]
    [InlineData("RateLimits:SigningInPerMinute", "/signin")]
    [InlineData("RateLimits:PerMinute", "/feed/home")]
    public async Task One_client_address_may_ask_for_so_much_and_is_told_when_to_come_again(string setting, string path)
    {
        await using var platform = await Platform.Start(servers, gateways: 1, (setting, $"{Limit}"));
        using var browser = platform.Browser();
        for (var i = 0; i < Limit; i++)
            (await browser.Fetch(platform.At(Social, path))).Status.ShouldNotBe(HttpStatusCode.TooManyRequests);

        var answer = await browser.Fetch(platform.At(Social, path));

        answer.Status.ShouldBe(HttpStatusCode.TooManyRequests);
        answer.Code.ShouldBe("too_many_requests");
        int.Parse(answer.Header("Retry-After")!, System.Globalization.CultureInfo.InvariantCulture).ShouldBeInRange(1, 60);
    }

    [Fact]
    public async Task The_token_endpoint_has_a_limit_of_its_own()
    {
        await using var platform = await Platform.Start(servers, gateways: 1, ("RateLimits:TokensPerMinute", $"{Limit}"));
        using var browser = platform.Browser();
        for (var i = 0; i < Limit; i++)
            (await browser.Fetch($"{platform.Gateway.Origin}/userinfo")).Status.ShouldBe(HttpStatusCode.OK);

        (await browser.Fetch($"{platform.Gateway.Origin}/userinfo")).Status.ShouldBe(HttpStatusCode.TooManyRequests);
        (await browser.Fetch(platform.At(Social))).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Limits_can_be_turned_off()
    {
        await using var platform = await Platform.Start(
            servers, gateways: 1, ("RateLimits:PerMinute", "1"), ("RateLimits:Enabled", "false"));
        using var browser = platform.Browser();

        for (var i = 0; i < Limit; i++)
            (await browser.Fetch(platform.At(Social))).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("/feed/posts", 300, HttpStatusCode.RequestEntityTooLarge)]
    [InlineData("/catalogue/import", 300, HttpStatusCode.OK)]
    [InlineData("/catalogue/import", 17_000, HttpStatusCode.RequestEntityTooLarge)]
    public async Task A_request_may_be_so_large_and_a_catalogue_larger(string path, int kibibytes, HttpStatusCode expected)
    {
        await using var platform = await Platform.Start(servers);
        using var browser = platform.Browser();
        var request = new HttpRequestMessage(HttpMethod.Post, platform.Gateway.Origin + path)
        {
            Content = new ByteArrayContent(new byte[kibibytes * 1024]),
        };
        request.Headers.ExpectContinue = true;

        (await browser.Send(request)).Status.ShouldBe(expected);
    }
}
