using Hutong.Messaging.Publishing;

namespace Hutong.IdentityLink.Persons;

/// <summary>What others hear of persons: ids only.</summary>
internal static class Publishing
{
    public static void Map(PublishedEvents events) => events
        .On<PersonRegistered, Contracts.PersonRegistered>((e, stored) => new(e.PersonId, e.Via, stored.Timestamp))
        .On<AccountLinked, Contracts.AccountLinked>((e, stored) => new(e.PersonId, e.Account, e.Platform, stored.Timestamp));
}
