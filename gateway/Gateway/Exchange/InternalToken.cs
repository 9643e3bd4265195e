namespace Hutong.Gateway.Exchange;

/// <summary>A token for one service on behalf of one caller.</summary>
/// <param name="Value">The JWT.</param>
/// <param name="Sid">The provider's session it was given in; null when it names none.</param>
/// <param name="AskedAt">Before it was asked for, UTC: what ended later it does not know of.</param>
/// <param name="UsableUntil">It is not sent on after that, UTC.</param>
internal sealed record InternalToken(string Value, string? Sid, DateTimeOffset AskedAt, DateTimeOffset UsableUntil);
