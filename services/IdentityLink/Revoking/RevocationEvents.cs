using Hutong.EventStore.PersonalData;

namespace Hutong.IdentityLink.Revoking;

/// <summary>An operator revoked all that was reached through something within a window. It ended with this very commit.</summary>
/// <param name="RevocationId">Names the revocation.</param>
/// <param name="Operator">The operator's person id.</param>
/// <param name="Kind">Of what <paramref name="Target"/> is.</param>
/// <param name="Target">An account's stream id, a platform, a client id or a person id.</param>
/// <param name="LinkVersion">The link of that account, where it is one; otherwise 0.</param>
/// <param name="Persons">Where it is a person: they and whoever had become part of them.</param>
/// <param name="From">The window's begin, UTC.</param>
/// <param name="To">Its end, not in it any more, UTC.</param>
/// <param name="Reason">Why. It may name people, who can be thousands: it is sealed with the operator's own key.</param>
public sealed record RevocationOrdered(
    Guid RevocationId, Guid Operator, string Kind, string Target, long LinkVersion, IReadOnlyList<Guid> Persons, DateTimeOffset From,
    DateTimeOffset To, Sealed Reason);

/// <summary>An operator revoked what was reached through the person or an account of theirs, within some window.</summary>
/// <param name="Operator">The operator's person id.</param>
/// <param name="RevocationId">Names the revocation.</param>
/// <param name="Reason">Why.</param>
public sealed record SignedOutByOperator(Guid Operator, Guid RevocationId, Sealed Reason);

/// <summary>The person, who is an operator, looked at what was reached through something that is no one person's.</summary>
/// <param name="Kind">Of what <paramref name="Target"/> is.</param>
/// <param name="Target">A platform, a client id, or the stream id of an account that is nobody's any more.</param>
/// <param name="From">The window's begin, UTC.</param>
/// <param name="To">Its end, UTC.</param>
/// <param name="Reason">Why.</param>
public sealed record ReachViewed(string Kind, string Target, DateTimeOffset From, DateTimeOffset To, Sealed Reason);
