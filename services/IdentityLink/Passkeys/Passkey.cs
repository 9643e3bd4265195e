using System.Buffers.Text;
using Hutong.IdentityLink.Platforms;

namespace Hutong.IdentityLink.Passkeys;

/// <summary>
/// A passkey is an account like any other, at a platform that is ourselves: its subject is its credential id, its stream
/// says whose it is.
/// </summary>
public static class Passkey
{
    /// <summary>The platform of these accounts.</summary>
    public const string Platform = "passkey";

    /// <summary>The name that was given is empty or too long for a page.</summary>
    public const string NameUnusable = "passkey_name_unusable";

    /// <summary>There is no authenticator's answer in the form: the browser has no script, or does not know passkeys.</summary>
    public const string Unanswered = "passkey_unanswered";

    /// <summary>What people call it, in Chinese and in English.</summary>
    public static (string Chinese, string English) Title { get; } = ("通行密钥", "Passkey");

    /// <summary>The subject of a credential's account.</summary>
    public static string SubjectOf(byte[] credentialId) => Base64Url.EncodeToString(credentialId);

    /// <summary>The account that a credential is.</summary>
    /// <param name="credentialId">The authenticator's id for it.</param>
    /// <param name="name">What its owner calls it; null where that does not matter.</param>
    public static PlatformAccount AccountOf(byte[] credentialId, string? name) => new(Platform, SubjectOf(credentialId), name);

    /// <summary>A name that fits where the names of accounts are shown; null for one that does not.</summary>
    public static string? UsableName(string given)
    {
        var name = given.Trim();
        return name.Length > 0 && new PlatformAccount(Platform, "", name).Nickname == name ? name : null;
    }
}
