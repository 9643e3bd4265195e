using System.Text.Json.Serialization;
using Hutong.EventStore;

namespace Hutong.IdentityLink.Persons;

/// <summary>The stored names of this service's events.</summary>
public static class StoredEvents
{
    /// <summary>Every event, by the name it is stored under for ever.</summary>
    public static EventTypes Types { get; } = new EventTypes()
        .Map("person_registered", PersonEventsJson.Default.PersonRegistered)
        .Map("account_linked", PersonEventsJson.Default.AccountLinked)
        .Map("signed_in", PersonEventsJson.Default.SignedIn)
        .Map("consent_given", PersonEventsJson.Default.ConsentGiven)
        .Map("subject_assigned", PersonEventsJson.Default.SubjectAssigned)
        .Map("account_claimed", PersonEventsJson.Default.AccountClaimed);
}

[JsonSerializable(typeof(PersonRegistered))]
[JsonSerializable(typeof(AccountLinked))]
[JsonSerializable(typeof(SignedIn))]
[JsonSerializable(typeof(ConsentGiven))]
[JsonSerializable(typeof(SubjectAssigned))]
[JsonSerializable(typeof(AccountClaimed))]
internal sealed partial class PersonEventsJson : JsonSerializerContext;
