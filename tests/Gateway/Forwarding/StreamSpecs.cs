using Hutong.Gateway.Tests.Hosting;
using Hutong.Testing;
using static Hutong.Gateway.Tests.Hosting.GatewayUnderTest;

namespace Hutong.Gateway.Tests.Forwarding;

public sealed class StreamSpecs(Servers servers) : IAsyncLifetime
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);
    private Platform platform = null!;

    public async ValueTask InitializeAsync() => platform = await Platform.Start(servers);

    [Fact]
    public async Task Events_and_heartbeats_come_through_as_they_are_sent()
    {
        using var browser = platform.Browser();
        using var stream = await Listen(browser);

        (await stream.ReadLineAsync().WaitAsync(Soon)).ShouldBe("data: first");
        platform.SocialFeed.GoOn.SetResult();
        (await stream.ReadLineAsync().WaitAsync(Soon)).ShouldBe("");
        (await stream.ReadLineAsync().WaitAsync(Soon)).ShouldBe(": heartbeat");
        (await stream.ReadLineAsync().WaitAsync(Soon)).ShouldBe("");
        (await stream.ReadLineAsync().WaitAsync(Soon)).ShouldBe("data: second");
    }

    [Fact]
    public async Task A_stream_ends_when_the_host_stops_and_does_not_hold_it_up()
    {
        using var browser = platform.Browser();
        using var stream = await Listen(browser);
        (await stream.ReadLineAsync().WaitAsync(Soon)).ShouldBe("data: first");

        await platform.Gateway.Stop(0).WaitAsync(Soon);

        await Should.ThrowAsync<IOException>(async () => await stream.ReadToEndAsync().WaitAsync(Soon));
    }

    public ValueTask DisposeAsync() => platform.DisposeAsync();

    private async Task<StreamReader> Listen(TestBrowser browser)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, platform.At(Social, "/feed/live"));
        request.Headers.Add("Accept", "text/event-stream");
        var answer = await browser.Answer(request, HttpCompletionOption.ResponseHeadersRead);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        return new StreamReader(await answer.Content.ReadAsStreamAsync());
    }
}
