using Hutong.IdentityLink.Passkeys;
using Hutong.IdentityLink.Persons;

namespace Hutong.IdentityLink.Provider;

/// <summary>How somebody proved who they are, in the words of relying parties (<c>acr</c> and <c>amr</c>; OpenID Connect Core, section 2).</summary>
public static class AuthenticationContext
{
    /// <summary>A platform vouches for them; what it asked of them it does not tell.</summary>
    public const string Platform = "urn:hutong:acr:platform";

    /// <summary>A passkey: resistant to phishing (OpenID Connect Extended Authentication Profile ACR Values 1.0, section 2).</summary>
    public const string PhishingResistant = "phr";

    // Both factors are checked by the authenticator: it holds the key, and asks for a finger, a face or a PIN (RFC 8176, section 2).
    private static readonly string[] OfPasskey = ["pop", "mfa"];

    /// <summary>Every <c>acr</c> there is.</summary>
    public static IReadOnlyList<string> All { get; } = [Platform, PhishingResistant];

    /// <summary>The <c>acr</c> of a sign-in with an account.</summary>
    public static string AcrOf(string account) => IsPasskey(account) ? PhishingResistant : Platform;

    /// <summary>The <c>amr</c> of a sign-in with an account; empty where we do not know, and say nothing.</summary>
    public static IReadOnlyList<string> AmrOf(string account) => IsPasskey(account) ? OfPasskey : [];

    private static bool IsPasskey(string account) => AccountStreams.PlatformOf(account) == Passkey.Platform;
}
