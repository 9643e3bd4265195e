using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Hutong.IdentityLink.Storage;

namespace Hutong.IdentityLink.Provider;

/// <summary>
/// Refresh tokens rotate: each use yields a successor. The successor is computed from the token and a salt in its row,
/// so that a client whose answer was lost can be given the same one again, although the row holds no token.
/// </summary>
internal static class RefreshTokens
{
    private const int SaltBytes = 16;

    public static byte[] NewSalt() => RandomNumberGenerator.GetBytes(SaltBytes);

    public static byte[]? HashOrNull(string? token) => token is null ? null : Secret.Hash(token);

    /// <summary>Needs both the token, which only the client has, and the salt, which only we have.</summary>
    public static string Successor(string token, byte[] salt) =>
        Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(token), salt));
}
