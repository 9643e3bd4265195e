using Hutong.IdentityLink.Provider;

namespace Hutong.IdentityLink.Signing;

/// <summary>
/// <c>/jwks</c>: the public keys of what is in circulation (RFC 7517, section 5). <c>/jwks/archive</c>: of all that was ever
/// signed, for receipts and notices, which have no end.
/// </summary>
internal static class KeysEndpoint
{
    public const string Path = "/jwks";
    public const string ArchivePath = "/jwks/archive";

    /// <summary>How long an answer is cached: far shorter than a key is published before it signs.</summary>
    private const string Cached = "public, max-age=60";

    public static void MapKeys(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(Path, (HttpResponse response, SigningKeys keys, CancellationToken cancellation) =>
            Answer(response, keys, ring => ring.Jwks, cancellation)).CallableFromAnywhere();
        routes.MapGet(ArchivePath, (HttpResponse response, SigningKeys keys, CancellationToken cancellation) =>
            Answer(response, keys, ring => ring.Archive, cancellation)).CallableFromAnywhere();
    }

    private static async Task<IResult> Answer(
        HttpResponse response, SigningKeys keys, Func<KeyRing, byte[]> document, CancellationToken cancellation)
    {
        response.Headers.CacheControl = Cached;
        return Results.Bytes(document(await keys.Ring(cancellation)), "application/json");
    }
}
