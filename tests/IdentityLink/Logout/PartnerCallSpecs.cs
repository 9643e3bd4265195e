using System.Net;
using Hutong.ServiceDefaults.Outgoing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Hutong.IdentityLink.Tests.Logout;

public sealed class PartnerCallSpecs : IAsyncLifetime
{
    private readonly WebApplication partner;
    private ServiceProvider services = null!;

    public PartnerCallSpecs()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://0.0.0.0:0");
        partner = builder.Build();
        partner.MapGet("/away", () => Results.Redirect("/inside"));
        partner.MapGet("/cookie", (HttpContext context) =>
        {
            context.Response.Cookies.Append("known", "yes");
            return context.Request.Headers.Cookie.ToString();
        });
        partner.MapGet("/long", () => new string('x', PartnerCalls.LongestAnswer + 1));
        partner.MapGet("/failing", () => Results.StatusCode(503));
        partner.MapGet("/slow", async (HttpContext context) =>
        {
            while (true)
            {
                await context.Response.WriteAsync("x", context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
                await Task.Delay(200, context.RequestAborted);
            }
        });
    }

    public async ValueTask InitializeAsync()
    {
        await partner.StartAsync();
        services = Services("127.0.0.1", "127.0.0.2");
    }

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        await partner.DisposeAsync();
    }

    [Theory]
    [InlineData("1.1.1.1", true)]
    [InlineData("2606:4700:4700::1111", true)]
    [InlineData("0.0.0.0", false)]
    [InlineData("10.1.2.3", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("100.100.100.200", false)]
    [InlineData("127.0.0.1", false)]
    [InlineData("168.63.129.16", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("172.31.0.1", false)]
    [InlineData("192.0.0.192", false)]
    [InlineData("192.168.1.1", false)]
    [InlineData("198.19.0.1", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("::", false)]
    [InlineData("::1", false)]
    [InlineData("::127.0.0.1", false)]
    [InlineData("::ffff:10.0.0.1", false)]
    [InlineData("::ffff:1.1.1.1", true)]
    [InlineData("64:ff9b::a00:1", false)]
    [InlineData("2001::1", false)]
    [InlineData("2002:a00:1::", false)]
    [InlineData("fc00::1", false)]
    [InlineData("fd00:ec2::254", false)]
    [InlineData("fe80::1", false)]
    [InlineData("ff02::1", false)]
    public void Only_addresses_of_the_internet_are_called(string address, bool isCalled) =>
        PublicAddresses.IsPublic(IPAddress.Parse(address)).ShouldBe(isCalled);

    [Theory]
    [InlineData("https://partner.example/events", true)]
    [InlineData("https://partner.example:8443/events", true)]
    [InlineData("http://partner.example/events", false)]
    [InlineData("https://user:password@partner.example/", false)]
    [InlineData("https://169.254.169.254/latest/meta-data/", false)]
    [InlineData("https://167837953/", false)]
    [InlineData("https://0xa.1/", false)]
    [InlineData("https://[::ffff:10.0.0.1]/", false)]
    [InlineData("ftp://127.0.0.1/", false)]
    [InlineData("http://127.0.0.1:5300/logout", true)]
    public void Addresses_are_https_unless_their_host_is_exempt(string address, bool isAllowed) =>
        PartnerCalls.MayCall(new Uri(address), new PartnerCallOptions { ExemptHosts = ["127.0.0.1"] }, isConfigured: true).ShouldBe(isAllowed);

    [Fact]
    public async Task A_host_is_exempt_for_addresses_of_configuration_and_for_nobody_who_registers_one()
    {
        PartnerCalls.MayCall(Address("/cookie"), new PartnerCallOptions { ExemptHosts = ["127.0.0.1"] }, isConfigured: false).ShouldBeFalse();
        (await Client().GetAsync(Address("/cookie"))).StatusCode.ShouldBe(HttpStatusCode.OK);
        using var registered = services.GetRequiredService<IHttpClientFactory>().CreateClient(PartnerCalls.ClientName);
        foreach (var scheme in (string[])["http", "https"])
        {
            var refused = await Should.ThrowAsync<HttpRequestException>(() => registered.GetAsync(new Uri($"{scheme}://127.0.0.1:{Port}/cookie")));
            PartnerCalls.ReasonOf(refused).ShouldBe("address_refused");
        }
    }

    [Fact]
    public async Task A_name_that_leads_inside_is_refused_when_it_is_connected_to()
    {
        var refused = await Should.ThrowAsync<HttpRequestException>(() => Client().GetAsync(new Uri($"https://localhost:{Port}/away")));

        PartnerCalls.ReasonOf(refused).ShouldBe("address_refused");
        refused.InnerException.ShouldBeOfType<AddressRefusedException>();
    }

    [Fact]
    public async Task No_redirect_is_followed_and_no_cookie_kept()
    {
        using var away = await Client().GetAsync(Address("/away"));
        away.StatusCode.ShouldBe(HttpStatusCode.Redirect);

        await Client().GetStringAsync(Address("/cookie"));
        (await Client().GetStringAsync(Address("/cookie"))).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_answer_is_read_within_bounds()
    {
        var tooLong = await Should.ThrowAsync<HttpRequestException>(() => Client().GetAsync(Address("/long")));
        PartnerCalls.ReasonOf(tooLong).ShouldBe("answer_too_long");

        var endless = await Should.ThrowAsync<Exception>(() => Client().GetAsync(Address("/slow"), HttpCompletionOption.ResponseHeadersRead));
        OutgoingCalls.IsNoAnswer(endless).ShouldBeTrue();
        PartnerCalls.ReasonOf(endless).ShouldBe("timeout");
    }

    [Fact]
    public async Task A_host_that_keeps_failing_is_left_alone_and_no_other_is()
    {
        for (var i = 0; i < 10; i++)
            (await Client().GetAsync(Address("/failing"))).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);

        var leftAlone = await Should.ThrowAsync<Exception>(() => Client().GetAsync(Address("/cookie")));
        PartnerCalls.ReasonOf(leftAlone).ShouldBe("left_alone");
        (await Client().GetAsync(new Uri($"http://127.0.0.2:{Port}/cookie"))).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_host_that_fails_for_one_client_is_not_left_alone_for_another()
    {
        for (var i = 0; i < 10; i++)
            (await For("one")).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);

        PartnerCalls.ReasonOf(await Should.ThrowAsync<Exception>(() => For("one"))).ShouldBe("left_alone");
        (await For("another")).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);

        async Task<HttpResponseMessage> For(string client)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, Address("/failing"));
            request.Options.Set(PartnerCalls.For, client);
            return await Client().SendAsync(request);
        }
    }

    private int Port => new Uri(partner.Urls.First()).Port;

    private Uri Address(string path) => new($"http://127.0.0.1:{Port}{path}");

    private HttpClient Client() => services.GetRequiredService<IHttpClientFactory>().CreateClient(PartnerCalls.ConfiguredName);

    private static ServiceProvider Services(params string[] exempt)
    {
        var settings = exempt.Select((host, i) => KeyValuePair.Create($"PartnerCalls:ExemptHosts:{i}", (string?)host));
        return new ServiceCollection()
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build())
            .AddPartnerCalls()
            .BuildServiceProvider();
    }
}
