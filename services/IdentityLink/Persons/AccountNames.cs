using Hutong.EventStore;
using Hutong.IdentityLink.Platforms;

namespace Hutong.IdentityLink.Persons;

/// <summary>
/// The names by which a platform just gave an account: the id that is always there, and others that come and go, such
/// as WeChat's <c>unionid</c>. Whichever of them is known leads to the account, so that nobody is forked in two when a
/// platform begins to send another.
/// </summary>
/// <param name="Streams">Their streams, as they were read; the id that is always there first.</param>
public sealed record AccountNames(IReadOnlyList<Loaded<Account>> Streams)
{
    private Loaded<Account>? Known => Streams.FirstOrDefault(name => name.State.Owner is not null);

    /// <summary>The stream id of the account.</summary>
    public string Account => Known is { } known ? known.State.AliasOf ?? known.StreamId : Streams[0].StreamId;

    /// <summary>Whose it is; null while it is nobody's.</summary>
    public Guid? Owner => Known?.State.Owner;

    /// <summary>Somebody else to whom another of the names belongs: two persons who are one human. Null for nobody.</summary>
    public Guid? OtherOwner => Streams.Select(name => name.State.Owner).FirstOrDefault(owner => owner is not null && owner != Owner);

    /// <summary>Names that nobody has yet, besides the account's own.</summary>
    public IReadOnlyList<string> NewAliases =>
        [.. Streams.Where(name => name.State.Owner is null && name.StreamId != Account).Select(name => name.StreamId)];

    /// <summary>What makes the free names a person's, on the version at which they were read.</summary>
    public IEnumerable<StreamAppend> Claim(Guid personId) =>
        Streams.Where(name => name.State.Owner is null).Select(name => name.Append(
            name.StreamId == Account ? new AccountClaimed(personId) : new AliasClaimed(personId, Account)));

    /// <summary>Reads the names of an account.</summary>
    public static async Task<AccountNames> Read(IEventStore store, IEnumerable<string> streams, CancellationToken cancellation)
    {
        var read = new List<Loaded<Account>>();
        foreach (var stream in streams)
            read.Add(await store.Load(Persons.Account.Fold, stream, cancellation: cancellation));
        return new(read);
    }
}

internal static class AccountNamesOfPlatforms
{
    /// <summary>The streams of all names of an account; the id that is always there first.</summary>
    public static IReadOnlyList<string> NamesOf(this AccountStreams streams, PlatformAccount account) =>
        [.. account.Aliases.Prepend(account.Subject).Distinct().Select(name => streams.Of(account.Platform, name))];
}
