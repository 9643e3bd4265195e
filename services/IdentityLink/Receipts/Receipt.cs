using System.Text.Json.Serialization;
using Hutong.IdentityLink.Persons;

namespace Hutong.IdentityLink.Receipts;

/// <summary>
/// What a receipt says: a change of which accounts lead to a person, and who proved what for it. Accounts are named by
/// their stream ids, which are keyed hashes; nothing in a receipt tells who somebody is.
/// </summary>
/// <param name="Iss">Who attests it (RFC 7519, section 4.1.1, as the next two).</param>
/// <param name="Iat">When it happened, seconds since 1970, UTC.</param>
/// <param name="Jti">Names the receipt.</param>
/// <param name="Number">Its place in the person's chain, from 1.</param>
/// <param name="Previous">The hash of the receipt before it; null for the first. See <see cref="ReceiptChain.HashOf"/>.</param>
/// <param name="Event">What happened: <c>linked</c>, <c>unlinked</c>, <c>merged</c> or <c>split</c>.</param>
/// <param name="MergeId">The merge that was made or undone; null where there is none.</param>
/// <param name="Gained">The accounts that lead to the person from then on.</param>
/// <param name="Lost">The accounts that no longer do.</param>
/// <param name="Session">With what whoever acted had signed in; null where that was the first sign-in itself.</param>
/// <param name="Proved">The other account that was proved; null where none had to be.</param>
/// <param name="TextVersion">Which text was confirmed, see <see cref="ConfirmedText"/>; null for a first sign-in.</param>
public sealed record Receipt(
    string Iss, long Iat, Guid Jti, long Number, string? Previous, string Event, Guid? MergeId,
    IReadOnlyList<ReceiptAccount> Gained, IReadOnlyList<ReceiptAccount> Lost,
    ReceiptProof? Session, ReceiptProof? Proved, string? TextVersion)
{
    /// <summary>The <c>typ</c> of a receipt (RFC 8725, section 3.11), so that nothing else we sign passes for one.</summary>
    public const string Type = "hutong-receipt+jwt";

    /// <summary>The receipt that a person's events call for; null where they do not change who leads to the person.</summary>
    /// <param name="before">The person before the events.</param>
    /// <param name="events">What happens.</param>
    /// <param name="evidence">Who proved what for it.</param>
    /// <param name="issuer">Who attests it.</param>
    /// <param name="id">Names the receipt.</param>
    /// <param name="now">UTC.</param>
    public static Receipt? Of(
        Person before, IReadOnlyList<object> events, Evidence evidence, string issuer, Guid id, DateTimeOffset now)
    {
        if (events.Select(Told).FirstOrDefault(told => told is not null) is not var (what, mergeId))
            return null;
        var after = before.After(events);
        return new(
            issuer, now.ToUnixTimeSeconds(), id, before.Receipts.Count + 1, before.Receipts.Last, what, mergeId,
            [.. after.Accounts.Except(before.Accounts).Select(ReceiptAccount.Of)],
            [.. before.Accounts.Except(after.Accounts).Select(ReceiptAccount.Of)],
            ReceiptProof.Of(evidence.SignIn), ReceiptProof.Of(evidence.Proved), evidence.TextVersion);
    }

    private static (string What, Guid? MergeId)? Told(object @event) => @event switch
    {
        AccountLinked => ("linked", null),
        AccountUnlinked => ("unlinked", null),
        PersonAbsorbed e => ("merged", e.MergeId),
        MergedIntoPerson e => ("merged", e.MergeId),
        PersonReleased e => ("split", e.MergeId),
        PersonRestored e => ("split", e.MergeId),
        _ => null,
    };
}

/// <summary>Who proved what before a change of who leads to a person.</summary>
/// <param name="SignIn">With what whoever acted had signed in; null where the change came of the first sign-in itself.</param>
/// <param name="Proved">The proof of the other account; null where none is needed.</param>
/// <param name="TextVersion">The text that was confirmed; null where there was none.</param>
public sealed record Evidence(AccountProof? SignIn, AccountProof? Proved, string? TextVersion);

/// <summary>An account in a receipt.</summary>
/// <param name="Account">Its stream id.</param>
/// <param name="Platform">Such as <c>weibo</c>.</param>
public sealed record ReceiptAccount(string Account, string Platform)
{
    internal static ReceiptAccount Of(string account) => new(account, AccountStreams.PlatformOf(account));
}

/// <summary>A proof in a receipt.</summary>
/// <param name="Account">The stream id of the account that was proved.</param>
/// <param name="Platform">Such as <c>weibo</c>.</param>
/// <param name="AuthTime">When, seconds since 1970, UTC.</param>
public sealed record ReceiptProof(string Account, string Platform, long AuthTime)
{
    internal static ReceiptProof? Of(AccountProof? proof) =>
        proof is null ? null : new(proof.Account, AccountStreams.PlatformOf(proof.Account), proof.At.ToUnixTimeSeconds());
}

/// <summary>
/// How long a chain was when somebody asked. Signed anew at each download, so that receipts left off at the end are
/// missed, and receipts signed with a key of long ago are vouched for by a key of today.
/// </summary>
/// <param name="Iss">Who attests it.</param>
/// <param name="Iat">When that was, seconds since 1970, UTC.</param>
/// <param name="Jti">Names the statement.</param>
/// <param name="Count">How many receipts there were.</param>
/// <param name="Last">The hash of the last; null where there is none.</param>
public sealed record ReceiptChainStatement(string Iss, long Iat, Guid Jti, long Count, string? Last)
{
    /// <summary>The <c>typ</c> of the statement.</summary>
    public const string Type = "hutong-receipt-chain+jwt";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Receipt))]
[JsonSerializable(typeof(ReceiptChainStatement))]
[JsonSerializable(typeof(ReceiptsDocument))]
internal sealed partial class ReceiptJson : JsonSerializerContext;
