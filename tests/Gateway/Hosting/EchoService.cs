using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hutong.Gateway.Tests.Hosting;

/// <summary>Stands where a service does and tells what reached it.</summary>
public sealed class EchoService : IAsyncDisposable
{
    private readonly WebApplication server;

    public EchoService(string name, string address = "http://127.0.0.1:0")
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(address);
        server = builder.Build();
        server.MapGet("/health/ready", () => "ready");
        server.MapGet("/feed/live", Live);
        server.MapGet("/members", (HttpRequest request) =>
            request.Headers.Authorization.Count == 0 ? Results.Unauthorized() : Results.Text("members"));
        server.MapGet("/never", () => Results.Unauthorized());
        server.Map("/{**rest}", (HttpRequest request) =>
        {
            request.HttpContext.Response.Headers["X-Powered-By"] = "echo";
            request.HttpContext.Response.Headers["X-Service"] = name;
            return Echo(request);
        });
        server.Start();
    }

    public string Address => server.Urls.First();

    /// <summary>Completed by the test to let the open streams go on.</summary>
    public TaskCompletionSource GoOn { get; } = new();

    public static async Task<IResult> Echo(HttpRequest request)
    {
        using var body = new StreamReader(request.Body);
        return Results.Json(new Echoed(
            request.Method, request.Path + request.QueryString, await body.ReadToEndAsync(),
            request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase)));
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    /// <summary>One event at once, one when the test says so, and no end.</summary>
    private async Task Live(HttpContext context)
    {
        context.Response.ContentType = "text/event-stream";
        await context.Response.WriteAsync("data: first\n\n");
        await context.Response.Body.FlushAsync();
        await GoOn.Task.WaitAsync(context.RequestAborted);
        await context.Response.WriteAsync(": heartbeat\n\ndata: second\n\n");
        await context.Response.Body.FlushAsync();
        await Task.Delay(Timeout.Infinite, context.RequestAborted);
    }
}

/// <summary>A request as it reached a service.</summary>
public sealed record Echoed(string Method, string Path, string Body, Dictionary<string, string> Headers)
{
    /// <summary>A header, whatever its case; null when it did not come.</summary>
    public string? this[string name] => Headers.FirstOrDefault(h => h.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;
}
