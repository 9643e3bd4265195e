using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using Hutong.IdentityLink.Storage;

namespace Hutong.IdentityLink.Platforms;

/// <summary>
/// One visit of one browser to a platform: what the platform is told when it begins, and what its answer is held
/// against. Each platform takes of it what its wire format has a place for.
/// </summary>
/// <param name="State">Comes back with the answer.</param>
/// <param name="Callback">Where the answer goes.</param>
/// <param name="Nonce">Must be in the id token, where there is one (OpenID Connect Core, section 3.1.2.1).</param>
/// <param name="CodeVerifier">Proves that the code is redeemed by who asked for it (RFC 7636).</param>
/// <param name="UserAgent">What the browser calls itself: some platforms have another entrance inside their own app.</param>
public sealed record PlatformVisit(string State, Uri Callback, string Nonce, string CodeVerifier, string? UserAgent)
{
    /// <summary>The S256 challenge of <see cref="CodeVerifier"/> (RFC 7636, section 4.2).</summary>
    [JsonIgnore]
    public string CodeChallenge => Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(CodeVerifier)));

    /// <summary>A visit with secrets of its own.</summary>
    public static PlatformVisit New(Uri callback, string? userAgent) =>
        new(Secret.New(), callback, Secret.New(), Secret.New(), userAgent);

    /// <summary>Nothing of what it keeps: this may end in a log line.</summary>
    public override string ToString() => $"a visit that returns to {Callback}";
}

/// <summary>What a platform sent back with the browser, beside the state.</summary>
/// <param name="Code">To be redeemed.</param>
/// <param name="Issuer">Who says it is answering (RFC 9207); null where the platform does not say.</param>
public sealed record PlatformAnswer(string Code, string? Issuer = null)
{
    /// <summary>Without the code: this may end in a log line.</summary>
    public override string ToString() => "a platform's answer";
}

[JsonSerializable(typeof(PlatformVisit))]
internal sealed partial class PlatformVisitJson : JsonSerializerContext;
