using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Hutong.IdentityLink.Receipts;

/// <summary>Where a person's receipts have come to.</summary>
/// <param name="Count">How many there are.</param>
/// <param name="Last">The hash of the last; null while there is none.</param>
public sealed record ReceiptChain(long Count, string? Last)
{
    /// <summary>No receipt.</summary>
    public static ReceiptChain Empty { get; } = new(0, null);

    /// <summary>The chain with one more.</summary>
    /// <param name="jws">The receipt as it was signed.</param>
    public ReceiptChain With(string jws) => new(Count + 1, HashOf(jws));

    /// <summary>What the next receipt says of the one before it: SHA-256 in base64url.</summary>
    public static string HashOf(string jws) => Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(jws)));
}
