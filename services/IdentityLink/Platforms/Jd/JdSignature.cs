using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Hutong.IdentityLink.Platforms.Jd;

/// <summary>
/// The <c>sign</c> of a call to JD's API gateway: upper-case MD5 of the secret, every parameter's name and value in
/// the order of the names, and the secret again.
/// </summary>
internal static class JdSignature
{
    [SuppressMessage("Security", "CA5351:Do Not Use Broken Cryptographic Algorithms", Justification = "The platform takes no other.")]
    public static string Of(IEnumerable<KeyValuePair<string, string>> parameters, string secret)
    {
        var text = new StringBuilder(secret);
        foreach (var (name, value) in parameters.OrderBy(p => p.Key, StringComparer.Ordinal))
            text.Append(name).Append(value);
        return Convert.ToHexString(MD5.HashData(Encoding.UTF8.GetBytes(text.Append(secret).ToString())));
    }
}
