using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Hutong.Gateway.Storage;

/// <summary>Random values that browsers hold. Stored are their hashes only: with 256 random bits a plain SHA-256 is enough.</summary>
internal static class Secret
{
    private const int Bytes = 32;

    /// <summary>A new one: 43 characters of base64url.</summary>
    public static string New() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes));

    /// <summary>What may be stored of it.</summary>
    public static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    /// <summary>Another secret, for one purpose, that only who knows this one can compute.</summary>
    public static string Derive(string secret, string purpose) =>
        Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(purpose)));
}
