using System.Reflection;
using System.Security.Cryptography;

namespace Hutong.IdentityLink.Passkeys;

/// <summary>The browser's side of passkeys: a file of its own, as the pages' policy lets no other script run.</summary>
internal static class PasskeyScript
{
    private static readonly byte[] Script = Read();

    /// <summary>The script's address; it changes with the content, so it may be cached for ever.</summary>
    public static string Path { get; } = $"/assets/passkeys.{Convert.ToHexStringLower(SHA256.HashData(Script))[..12]}.js";

    public static void MapPasskeyScript(this IEndpointRouteBuilder routes) => routes.MapGet(Path, (HttpResponse response) =>
    {
        response.Headers.CacheControl = "public, max-age=31536000, immutable";
        response.Headers.XContentTypeOptions = "nosniff";
        return TypedResults.Bytes(Script, "text/javascript; charset=utf-8");
    }).AllowAnonymous();

    private static byte[] Read()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("Hutong.IdentityLink.Passkeys.passkeys.js")!;
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return memory.ToArray();
    }
}
