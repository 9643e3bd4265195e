namespace Hutong.Gateway.Sessions;

/// <summary>A browser signed in at a site.</summary>
/// <param name="IdHash">SHA-256 of the cookie's value; names the row.</param>
/// <param name="Site">The site's name.</param>
/// <param name="Sid">The provider's session it hangs on.</param>
/// <param name="Subject">The person as the site knows them: pairwise.</param>
internal sealed record Session(byte[] IdHash, string Site, string Sid, string Subject);

/// <summary>The tokens a session was given. They leave this process encrypted only.</summary>
/// <param name="AccessToken">Opaque.</param>
/// <param name="RefreshToken">Null when the provider gave none: the session then ends with the access token.</param>
/// <param name="IdToken">For signing out at the provider.</param>
internal sealed record SessionTokens(string AccessToken, string? RefreshToken, string IdToken);
