using System.Text.Json;
using Hutong.EventStore.Commands;
using Hutong.ServiceDefaults.Outgoing;

namespace Hutong.IdentityLink.Platforms;

/// <summary>Calls a platform's API. Whatever goes wrong there is a rejection here, and a line in the log without any value.</summary>
public sealed partial class PlatformApi(string platform, IHttpClientFactory http, ILogger<PlatformApi> log)
{
    /// <summary>The name of a platform's HTTP client.</summary>
    public static string HttpClientOf(string platform) => $"platform:{platform}";

    /// <summary>Gets a JSON object.</summary>
    public Task<Outcome<JsonElement>> Get(string address, CancellationToken cancellation) =>
        Send(client => client.GetAsync(new Uri(address, UriKind.Relative), cancellation), cancellation);

    /// <summary>Posts a form and gets a JSON object.</summary>
    public Task<Outcome<JsonElement>> Post(string path, CancellationToken cancellation, params (string Name, string Value)[] form) =>
        Send(async client =>
        {
            using var content = new FormUrlEncodedContent(form.Select(field => KeyValuePair.Create(field.Name, field.Value)));
            return await client.PostAsync(new Uri(path, UriKind.Relative), content, cancellation);
        }, cancellation);

    /// <summary>The platform's answer was an error, or not what its documents say.</summary>
    public Rejection Refuse(string rejection, string reason)
    {
        Refused(platform, reason);
        return new Rejection(rejection);
    }

    private async Task<Outcome<JsonElement>> Send(Func<HttpClient, Task<HttpResponseMessage>> call, CancellationToken cancellation)
    {
        try
        {
            using var client = http.CreateClient(HttpClientOf(platform));
            using var answer = await call(client);
            // Status codes tell little: some platforms send errors as 200, others say text/plain of JSON.
            using var body = await JsonDocument.ParseAsync(await answer.Content.ReadAsStreamAsync(cancellation), default, cancellation);
            if ((int)answer.StatusCode >= 500 || body.RootElement.ValueKind != JsonValueKind.Object)
                return Refuse(PlatformRejections.Unavailable, $"status {(int)answer.StatusCode}");
            if (body.RootElement.TryGetProperty("error", out var error))
                return Refuse(PlatformRejections.Refused, Word(error));
            return body.RootElement.Clone();
        }
        catch (Exception e) when (OutgoingCalls.IsNoAnswer(e) || e is JsonException or IOException)
        {
            return Refuse(PlatformRejections.Unavailable, e.GetType().Name);
        }
    }

    /// <summary>The error's name for the log; its description may quote a code, so it stays out.</summary>
    private static string Word(JsonElement error) =>
        error.ValueKind == JsonValueKind.String && error.GetString() is { Length: <= 60 } word && word.All(c => char.IsAsciiLetterLower(c) || c == '_')
            ? word
            : "an error";

    [LoggerMessage(LogLevel.Warning, "{Platform} did not tell who signed in: {Reason}")]
    private partial void Refused(string platform, string reason);
}

internal static class PlatformJson
{
    /// <summary>A property as text: platforms write one number as a number here and as a string there.</summary>
    public static string? TextOf(this JsonElement json, string name) =>
        json.TryGetProperty(name, out var value)
            ? value.ValueKind switch
            {
                JsonValueKind.String => value.GetString() is { Length: > 0 } text ? text : null,
                JsonValueKind.Number => value.GetRawText(),
                _ => null,
            }
            : null;
}
