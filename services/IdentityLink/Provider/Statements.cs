using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Hutong.IdentityLink.Provider;

/// <summary>
/// Signs statements that are kept: compact JWS (RFC 7515, section 7.1) by the keys of the tokens, which their <c>typ</c>
/// tells them from. They have no end and let nobody in.
/// </summary>
public sealed class Statements(SigningKeys keys)
{
    private static readonly JsonWebTokenHandler Handler = new() { SetDefaultTimesOnTokenCreation = false };

    /// <summary>Signs a statement.</summary>
    /// <param name="type">Its <c>typ</c>.</param>
    /// <param name="payload">What it says.</param>
    /// <param name="json">How that is written.</param>
    /// <param name="cancellation">Ends the signing.</param>
    public async Task<string> Sign<T>(string type, T payload, JsonTypeInfo<T> json, CancellationToken cancellation) =>
        Handler.CreateToken(
            JsonSerializer.Serialize(payload, json), await keys.Current(cancellation),
            new Dictionary<string, object> { [JwtHeaderParameterNames.Typ] = type });
}
