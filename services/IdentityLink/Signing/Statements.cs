using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Hutong.IdentityLink.Signing;

/// <summary>
/// Signs statements that are kept: compact JWS (RFC 7515, section 7.1) by the keys of the tokens, which their <c>typ</c>
/// tells them from. They have no end and let nobody in. RS256 alone: whoever reads one years from now need know no other.
/// </summary>
public sealed class Statements(SigningKeys keys)
{
    /// <summary>Signs a statement.</summary>
    /// <param name="type">Its <c>typ</c>.</param>
    /// <param name="payload">What it says.</param>
    /// <param name="json">How that is written.</param>
    /// <param name="cancellation">Ends the signing.</param>
    public async Task<string> Sign<T>(string type, T payload, JsonTypeInfo<T> json, CancellationToken cancellation) =>
        (await keys.Ring(cancellation)).Signer(SigningAlgorithms.Rs256).Sign(type, JsonSerializer.SerializeToUtf8Bytes(payload, json));
}
