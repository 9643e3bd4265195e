using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.DataProtection;

namespace Hutong.Gateway.Sessions;

/// <summary>Encrypts a session's tokens for the database, bound to the session's row: moved to another, they are unreadable.</summary>
internal sealed class TokenProtection(IDataProtectionProvider provider)
{
    private const string Purpose = "Hutong.Gateway.Sessions";

    public byte[] Protect(byte[] idHash, SessionTokens tokens) =>
        For(idHash).Protect(JsonSerializer.SerializeToUtf8Bytes(tokens, SessionJson.Default.SessionTokens));

    /// <summary>Decrypts tokens; null when they cannot be: the key is gone, or the row was altered.</summary>
    public SessionTokens? Unprotect(byte[] idHash, byte[] tokens)
    {
        try
        {
            return JsonSerializer.Deserialize(For(idHash).Unprotect(tokens), SessionJson.Default.SessionTokens);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private IDataProtector For(byte[] idHash) => provider.CreateProtector(Purpose, Convert.ToHexStringLower(idHash));
}

[JsonSerializable(typeof(SessionTokens))]
internal sealed partial class SessionJson : JsonSerializerContext;
