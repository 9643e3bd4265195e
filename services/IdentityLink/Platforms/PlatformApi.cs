using System.Text;
using System.Text.Json;
using Hutong.EventStore.Commands;
using Hutong.ServiceDefaults.Outgoing;

namespace Hutong.IdentityLink.Platforms;

/// <summary>Calls a platform's API. Whatever goes wrong there is a rejection here, and a line in the log without any value.</summary>
/// <param name="platform">The platform's name.</param>
/// <param name="patience">How long one call may take, its body and its repetitions included.</param>
/// <param name="http">Where its client comes from.</param>
/// <param name="log">Where its refusals go.</param>
public sealed partial class PlatformApi(string platform, TimeSpan patience, IHttpClientFactory http, ILogger<PlatformApi> log)
{
    /// <summary>The name of a platform's HTTP client.</summary>
    public static string HttpClientOf(string platform) => $"platform:{platform}";

    /// <summary>Gets a JSON object from an address below the platform's own, or from an absolute one.</summary>
    public Task<Outcome<JsonElement>> Get(string address, CancellationToken cancellation) =>
        Send(new HttpRequestMessage(HttpMethod.Get, Resolve(address)), cancellation);

    /// <summary>Like <see cref="Get"/>, where the call spends a code: it is not repeated when its answer is lost.</summary>
    public Task<Outcome<JsonElement>> GetOnce(string address, CancellationToken cancellation) =>
        Send(Once(address), cancellation);

    /// <summary>Posts a form and gets a JSON object.</summary>
    public Task<Outcome<JsonElement>> Post(string address, CancellationToken cancellation, params (string Name, string Value)[] form) =>
        Send(new HttpRequestMessage(HttpMethod.Post, Resolve(address)) { Content = Form(form) }, cancellation);

    /// <summary>Sends a request, disposes of it, and gets a JSON object.</summary>
    public async Task<Outcome<JsonElement>> Send(HttpRequestMessage request, CancellationToken cancellation)
    {
        var text = await SendForText(request, cancellation);
        return text.Succeeded ? Read(text.Value) : text.Rejection;
    }

    /// <summary>Gets what an address answers, for platforms that wrap their JSON.</summary>
    public Task<Outcome<string>> GetText(string address, CancellationToken cancellation) =>
        SendForText(new HttpRequestMessage(HttpMethod.Get, Resolve(address)), cancellation);

    /// <summary><see cref="GetText"/> where the call spends a code.</summary>
    public Task<Outcome<string>> GetTextOnce(string address, CancellationToken cancellation) => SendForText(Once(address), cancellation);

    /// <summary>Reads an answer as a JSON object that is no error.</summary>
    public Outcome<JsonElement> Read(string text)
    {
        try
        {
            // One of the platforms' own samples has a comma too many.
            using var body = JsonDocument.Parse(text, new JsonDocumentOptions { AllowTrailingCommas = true });
            if (body.RootElement.ValueKind != JsonValueKind.Object)
                return Refuse(PlatformRejections.Unavailable, "no JSON object");
            if (body.RootElement.TryGetProperty("error", out var error))
                return Refuse(PlatformRejections.Refused, Word(error));
            return body.RootElement.Clone();
        }
        catch (JsonException)
        {
            return Refuse(PlatformRejections.Unavailable, "no JSON");
        }
    }

    /// <summary>The platform's answer was an error, or not what its documents say.</summary>
    public Rejection Refuse(string rejection, string reason)
    {
        Refused(platform, reason);
        return new Rejection(rejection);
    }

    /// <summary>A form's content.</summary>
    public static FormUrlEncodedContent Form(params IEnumerable<(string Name, string Value)> form) =>
        new(form.Select(field => KeyValuePair.Create(field.Name, field.Value)));

    private async Task<Outcome<string>> SendForText(HttpRequestMessage request, CancellationToken cancellation)
    {
        // The client's own time-outs end with the headers; a body may drip for as long as it likes.
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(patience);
        using (request)
        {
            try
            {
                using var client = http.CreateClient(HttpClientOf(platform));
                using var answer = await client.SendAsync(request, limit.Token);
                // Status codes tell little: some platforms send errors as 200, others say text/plain of JSON.
                if ((int)answer.StatusCode >= 500)
                    return Refuse(PlatformRejections.Unavailable, $"status {(int)answer.StatusCode}");
                // Whatever charset it claims: all of them send UTF-8.
                return Encoding.UTF8.GetString(await answer.Content.ReadAsByteArrayAsync(limit.Token)).TrimStart('\uFEFF');
            }
            catch (Exception e) when (OutgoingCalls.IsNoAnswer(e) || e is IOException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
            {
                return Refuse(PlatformRejections.Unavailable, e.GetType().Name);
            }
        }
    }

    private static HttpRequestMessage Once(string address)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, Resolve(address));
        request.Options.Set(OutgoingCalls.Once, true);
        return request;
    }

    /// <summary>A platform's own address may have a path, so what is below it does not begin with a slash.</summary>
    private static Uri Resolve(string address) =>
        address.StartsWith("http", StringComparison.Ordinal) ? new Uri(address, UriKind.Absolute) : new Uri(address.TrimStart('/'), UriKind.Relative);

    /// <summary>The error's name or number for the log; its description may quote a code, so it stays out.</summary>
    private static string Word(JsonElement error) => error switch
    {
        { ValueKind: JsonValueKind.Number } => error.GetRawText() is { Length: <= 10 } number ? number : "an error",
        { ValueKind: JsonValueKind.String } when error.GetRawText().Trim('"') is { Length: <= 60 } word
            && word.All(c => char.IsAsciiLetterLower(c) || c == '_') => word,
        _ => "an error",
    };

    [LoggerMessage(LogLevel.Warning, "{Platform} did not tell who signed in: {Reason}")]
    private partial void Refused(string platform, string reason);
}
