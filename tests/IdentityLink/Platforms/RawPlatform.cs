using System.Collections.Concurrent;
using Hutong.EventStore.Commands;
using Hutong.IdentityLink.Platforms;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hutong.IdentityLink.Tests.Platforms;

/// <summary>A platform that says exactly what a spec has it say, and remembers what it was asked.</summary>
public sealed class RawPlatform : IAsyncDisposable
{
    private readonly WebApplication server;
    private readonly ServiceProvider services;
    private readonly ConcurrentDictionary<string, Func<HttpRequest, IResult>> replies = new();

    public RawPlatform()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        server = builder.Build();
        server.Map("/{**path}", async (HttpRequest request) =>
        {
            var form = request.HasFormContentType ? await request.ReadFormAsync() : FormCollection.Empty;
            Asked.Enqueue(new Question(
                request.Path, request.Query.Concat(form).ToDictionary(p => p.Key, p => p.Value.ToString()), request.Headers.Authorization.ToString()));
            return replies.TryGetValue(request.Path, out var reply) ? reply(request) : Results.NotFound();
        });
        server.Start();
        services = ClientsAt(new Uri(Address));
    }

    public static PlatformVisit Visit { get; } = PlatformVisit.New(new Uri("http://localhost:8080/callback/here"), userAgent: "Mozilla/5.0");

    public string Address => server.Urls.First();

    public ConcurrentQueue<Question> Asked { get; } = [];

    public PlatformApi Api => ApiOf(services);

    /// <summary>An API of a platform that nobody is at.</summary>
    public static PlatformApi Nowhere { get; } = ApiOf(ClientsAt(new Uri("http://127.0.0.1:9/")));

    public RawPlatform Says(string path, string reply, int status = 200) => Says(path, _ => Results.Text(reply, "text/plain", statusCode: status));

    public RawPlatform Says(string path, Func<HttpRequest, IResult> reply)
    {
        replies[path] = reply;
        return this;
    }

    /// <summary>What was asked at a path, as of last.</summary>
    public Question At(string path) => Asked.Last(question => question.Path == path);

    public static async Task<Outcome<PlatformAccount>> Redeem(IPlatform platform, PlatformVisit? visit = null, string? issuer = null) =>
        await platform.Redeem(visit ?? Visit, new PlatformAnswer("the-code", issuer), TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        await server.DisposeAsync();
    }

    private static ServiceProvider ClientsAt(Uri address) => new ServiceCollection()
        .AddHttpClient(PlatformApi.HttpClientOf("raw"), client => client.BaseAddress = address).Services
        .BuildServiceProvider();

    private static PlatformApi ApiOf(ServiceProvider services) =>
        new("raw", TimeSpan.FromSeconds(2), services.GetRequiredService<IHttpClientFactory>(), NullLogger<PlatformApi>.Instance);

    public sealed record Question(string Path, Dictionary<string, string> Parameters, string Authorization);
}
