using System.Reflection;
using System.Security.Cryptography;
using Hutong.CommerceCard.Cards;
using Microsoft.Net.Http.Headers;

namespace Hutong.CommerceCard.Embedding;

/// <summary>
/// <c>GET /embed/card.js</c>: the one script tag of an embed. Its address never changes, so it is kept for minutes only
/// and asked about again by its <c>ETag</c>.
/// </summary>
internal static class EmbedScript
{
    private static readonly byte[] Script = Read();
    private static readonly EntityTagHeaderValue Tag = new($"\"{Convert.ToHexStringLower(SHA256.HashData(Script))[..16]}\"");

    public static void Map(IEndpointRouteBuilder app) => app.MapGet("/embed/card.js", (HttpResponse response) =>
    {
        response.Headers.CacheControl = "public, max-age=300, stale-while-revalidate=86400";
        response.Headers["Cross-Origin-Resource-Policy"] = "cross-origin";
        response.Headers.XContentTypeOptions = "nosniff";
        return TypedResults.Bytes(Script, "text/javascript; charset=utf-8", entityTag: Tag);
    }).RequireCors(ShowCard.AnyOrigin);

    private static byte[] Read()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("Hutong.CommerceCard.Embedding.card.js")!;
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return memory.ToArray();
    }
}
