using Hutong.EventStore;
using Hutong.Messaging.Publishing;

namespace Hutong.IdentityLink.Persons;

/// <summary>What others hear of persons: ids only.</summary>
internal static class Publishing
{
    public static void Map(PublishedEvents events) => events
        .On<PersonRegistered, Contracts.PersonRegistered>((e, stored) => new(e.PersonId, e.Via, stored.Timestamp))
        .On<AccountLinked, Contracts.AccountLinked>((e, stored) => new(e.PersonId, e.Account, e.Platform, stored.Timestamp))
        .On<AccountUnlinked, Contracts.AccountUnlinked>((e, stored) => new(e.PersonId, e.Account, e.Platform, stored.Timestamp))
        .On<PersonAbsorbed, Contracts.PersonsMerged>((e, stored) => new(
            e.MergeId, PersonOf(stored), e.From, [.. e.Brought.Accounts.Select(held => held.Account)], stored.Timestamp))
        .On<PersonErased, Contracts.PersonErased>((e, stored) => new(e.PersonId, stored.Timestamp))
        .On<PersonReleased, Contracts.PersonsSplit>((e, stored) => new(
            e.MergeId, PersonOf(stored), e.Released, e.Accounts, stored.Timestamp));

    private static Guid PersonOf(StoredEvent stored) => Person.IdOf(stored.StreamId);
}
