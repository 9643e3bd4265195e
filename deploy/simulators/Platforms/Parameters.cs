using System.Text;
using Microsoft.Net.Http.Headers;

namespace Hutong.Simulators.Platforms;

/// <summary>A request's parameters: these platforms take them from the body and from the address alike.</summary>
internal sealed class Parameters
{
    private readonly IFormCollection? _form;
    private readonly HttpRequest _request;

    private Parameters(HttpRequest request, IFormCollection? form) => (_request, _form) = (request, form);

    public string? this[string name] =>
        NotEmpty(_form?[name]) ?? NotEmpty(_request.Query[name]);

    /// <summary>Every parameter by its name, for calls that are signed.</summary>
    public IReadOnlyDictionary<string, string> All =>
        _request.Query.Concat(_form ?? FormCollection.Empty).DistinctBy(p => p.Key).ToDictionary(p => p.Key, p => p.Value.ToString());

    public static async ValueTask<Parameters> Read(HttpRequest request) =>
        new(request, request.HasFormContentType ? await request.ReadFormAsync(request.HttpContext.RequestAborted) : null);

    /// <summary>The app's credentials, as parameters or as HTTP Basic (RFC 6749, section 2.3.1).</summary>
    public (string? ClientId, string? ClientSecret) Credentials()
    {
        if (_request.Headers[HeaderNames.Authorization] is [{ } header]
            && header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase)
            && Decode(header["Basic ".Length..]).Split(':', 2) is [var id, var secret])
            return (Uri.UnescapeDataString(id), Uri.UnescapeDataString(secret));
        return (this["client_id"], this["client_secret"]);
    }

    private static string Decode(string base64)
    {
        Span<byte> bytes = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, bytes, out var length) ? Encoding.UTF8.GetString(bytes[..length]) : "";
    }

    private static string? NotEmpty(string? value) => string.IsNullOrEmpty(value) ? null : value;
}
