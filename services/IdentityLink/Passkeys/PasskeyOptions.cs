namespace Hutong.IdentityLink.Passkeys;

/// <summary>The settings of passkeys, <c>Passkeys</c>.</summary>
public sealed class PasskeyOptions
{
    /// <summary>
    /// The relying party id (WebAuthn Level 3, section 5.1.2): the host of <c>Public:Origin</c>, or a domain above it.
    /// Passkeys are made for it and die with it. The host when null.
    /// </summary>
    public string? RelyingPartyId { get; init; }

    /// <summary>How long an authenticator has to answer.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromMinutes(5);

    /// <summary>The id that browsers let a page of an origin use, if it is one.</summary>
    public string IdAt(Uri origin) => RelyingPartyId ?? origin.Host;

    /// <summary>Whether browsers let a page of an origin use the id.</summary>
    public bool FitsTo(Uri origin) =>
        RelyingPartyId is not { } id
        || (id.Length > 0 && (origin.Host == id || origin.Host.EndsWith($".{id}", StringComparison.Ordinal)));
}
