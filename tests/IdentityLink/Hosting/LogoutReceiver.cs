using System.Collections.Concurrent;
using Hutong.IdentityLink.Provider;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Hutong.IdentityLink.Tests.Hosting;

/// <summary>Takes logout tokens for every client, as a relying party would; can be told to fail for one, or to let one wait.</summary>
public sealed class LogoutReceiver : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, bool> held = new();
    private readonly ConcurrentDictionary<string, int> hosts = new();
    private readonly WebApplication server;

    public LogoutReceiver()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://0.0.0.0:0");
        server = builder.Build();
        server.MapPost("/{client}", async (string client, HttpRequest request) =>
        {
            var form = await request.ReadFormAsync();
            if (held.ContainsKey(client))
                await Task.Delay(Timeout.Infinite, request.HttpContext.RequestAborted);
            if (FailuresLeft.TryGetValue(client, out var left) && left > 0)
            {
                FailuresLeft[client] = left - 1;
                return Results.StatusCode(503);
            }
            Received.Add((client, form["logout_token"].ToString()));
            return Results.Ok();
        });
        server.Start();
    }

    public ConcurrentBag<(string Client, string Token)> Received { get; } = [];

    public ConcurrentDictionary<string, int> FailuresLeft { get; } = new();

    /// <summary>Where a client is told: each at a host of its own, as partners are.</summary>
    public Uri AddressOf(string client) => new($"http://127.0.0.{hosts.GetOrAdd(client, _ => hosts.Count + 2)}:{new Uri(server.Urls.First()).Port}/{client}");

    /// <summary>What sessions are called at clients.</summary>
    public SessionNames? Names { get; set; }

    /// <summary>The clients told that a session is over.</summary>
    public IEnumerable<string> ToldOf(Guid sid) => Told(sid).Select(r => r.Client);

    /// <summary>What told them.</summary>
    public IEnumerable<(string Client, JsonWebToken Token)> Told(Guid sid) =>
        Received.Select(r => (r.Client, Token: new JsonWebToken(r.Token)))
            .Where(r => r.Token.GetClaim("sid").Value == Names!.Of(sid, r.Client).ToString());

    /// <summary>Answers a client's logouts no more until the hold is disposed.</summary>
    public IDisposable Hold(string client)
    {
        held[client] = true;
        return new Held(() => held.TryRemove(client, out _));
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    private sealed class Held(Action release) : IDisposable
    {
        public void Dispose() => release();
    }
}
