using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hutong.IdentityLink.Tests.Receipts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hutong.IdentityLink.Tests.Hosting;

/// <summary>Takes security event tokens for every client, as a partner would (RFC 8935); can be told to refuse.</summary>
public sealed class EventReceiver : IAsyncDisposable
{
    private readonly WebApplication server;
    private readonly ConcurrentQueue<(string Client, string Token)> received = new();

    public EventReceiver()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        server = builder.Build();
        server.MapPost("/{client}", async (string client, HttpRequest request) =>
        {
            request.ContentType.ShouldBe("application/secevent+jwt");
            using var reader = new StreamReader(request.Body);
            var token = await reader.ReadToEndAsync();
            if (Refuses(ReceiptReading.Payload(token)) is { } error)
                return Results.Text(JsonSerializer.Serialize(new { err = error, description = "no" }), "application/json", statusCode: 400);
            received.Enqueue((client, token));
            return Results.Accepted();
        });
        server.Start();
    }

    /// <summary>What is refused, with which error; nothing by default.</summary>
    public Func<JsonObject, string?> Refuses { get; set; } = _ => null;

    public string AddressOf(string client) => $"{server.Urls.First()}/{client}";

    public IReadOnlyList<string> TokensOf(string client) => [.. received.Where(one => one.Client == client).Select(one => one.Token)];

    /// <summary>What a client was told, in order.</summary>
    public IReadOnlyList<JsonObject> Of(string client) => [.. TokensOf(client).Select(ReceiptReading.Payload)];

    /// <summary>The last word of an event's address.</summary>
    public static string TypeOf(JsonObject payload) => payload["events"]!.AsObject().Single().Key.Split('/')[^1];

    public static string SubjectOf(JsonObject payload) => payload["sub_id"]!["sub"]!.GetValue<string>();

    public ValueTask DisposeAsync() => server.DisposeAsync();
}
