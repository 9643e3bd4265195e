using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Hutong.IdentityLink.Storage;

/// <summary>Random values that whoever holds them is believed by: codes, tokens, session ids. Only hashes are stored.</summary>
internal static class Secret
{
    private const int Bytes = 32;

    /// <summary>256 random bits in base64url.</summary>
    public static string New() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes));

    /// <summary>
    /// SHA-256, unsalted and unstretched: enough for values that nobody can guess, and they can be looked up by it.
    /// </summary>
    public static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));
}
