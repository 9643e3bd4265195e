using System.Diagnostics;
using System.Text.Json.Serialization;
using Hutong.EventStore;

namespace Hutong.IdentityLink.Revoking;

/// <summary>Through what something was reached. Events and rows keep these names: they stay as they are.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RevocationKind>))]
public enum RevocationKind
{
    /// <summary>An account, by whichever link.</summary>
    [JsonStringEnumMemberName("account")]
    Account,

    /// <summary>One link of an account: an account that was unlinked and linked again has had several.</summary>
    [JsonStringEnumMemberName("link")]
    Link,

    /// <summary>A platform: all its accounts.</summary>
    [JsonStringEnumMemberName("platform")]
    Platform,

    /// <summary>A partner app or site: what it was granted. The sessions in which that happened are not its own, and stay.</summary>
    [JsonStringEnumMemberName("client")]
    Client,

    /// <summary>A person: everything of theirs, and of whoever became part of them.</summary>
    [JsonStringEnumMemberName("person")]
    Person,
}

/// <summary>What was reached: through what, and when.</summary>
/// <param name="Kind">Of what <paramref name="Target"/> is.</param>
/// <param name="Target">An account's stream id, a platform, a client id or a person id.</param>
/// <param name="LinkVersion">The version of the account's stream that made the link; 0 where it is none.</param>
/// <param name="Persons">Where it is a person: they and whoever became part of them.</param>
/// <param name="From">The window's begin, UTC.</param>
/// <param name="To">Its end, not in it any more, by the database's clock, UTC.</param>
public sealed record RevocationScope(
    RevocationKind Kind, string Target, long LinkVersion, IReadOnlyList<Guid> Persons, DateTimeOffset From, DateTimeOffset To)
{
    /// <summary>Whose it is, where it is one person's.</summary>
    public Guid? Owner { get; init; }

    /// <summary>
    /// Where it is a person: the accounts they have. What was granted by one of them follows it, also if somebody else
    /// was the person at that time, of whom they were a part.
    /// </summary>
    public IReadOnlyList<string> Accounts { get; init; } = [];

    /// <summary>How far the owner's stream was read, where what it tells is part of this.</summary>
    internal Expected OwnerSeen { get; init; } = Expected.Exists;

    /// <summary>What the views compare with: see <c>reached_through</c> in the schema.</summary>
    internal IEnumerable<string> Targets => Kind switch
    {
        RevocationKind.Account => [$"account:{Target}"],
        RevocationKind.Link => [$"link:{Target}@{LinkVersion}"],
        RevocationKind.Platform => [$"platform:{Target}"],
        RevocationKind.Client => [$"client:{Target}"],
        RevocationKind.Person => [.. Persons.Select(person => $"person:{person}"), .. Accounts.Select(account => $"account:{account}")],
        _ => throw new UnreachableException(),
    };

    /// <summary>The arguments of <see cref="OfSessions"/> and <see cref="OfGrants"/>, $1 to $6.</summary>
    internal object[] Arguments => [Target, LinkVersion, Persons.ToArray(), From, To, Accounts.ToArray()];

    /// <summary>Whether a session <c>s</c> was reached. The same as in the view <c>live_session</c>, and by its indexes.</summary>
    internal string OfSessions => Kind == RevocationKind.Client
        ? "false"
        : $"{Through("s")} and ({InWindow("s.begun_at")} or {InWindow("s.authenticated_at")})";

    /// <summary>Whether a grant <c>g</c> was reached. The same as in the view <c>live_grant</c>, and by its indexes.</summary>
    internal string OfGrants => Kind == RevocationKind.Client
        ? $"g.client_id = $1 and {InWindow("g.granted_at")}"
        // What follows an account that is somebody else's now is theirs.
        : $"{Through("g", "and not exists (select from linked_account o where o.account = g.account and o.person_id <> all($3))")} and ({InWindow("g.granted_at")} or {InWindow("g.auth_time")})";

    private string Through(string row, string ofPerson = "") => Kind switch
    {
        RevocationKind.Account => $"{row}.account = $1",
        RevocationKind.Link => $"{row}.account = $1 and {row}.link_version = $2",
        RevocationKind.Platform => $"split_part({row}.account, ':', 1) = 'account-' || $1",
        RevocationKind.Person => $"({row}.account = any($6) or ({row}.person_id = any($3) {ofPerson}))",
        _ => throw new UnreachableException(),
    };

    private static string InWindow(string time) => $"({time} >= $4 and {time} < $5)";
}
