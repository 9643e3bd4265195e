using System.Text.Json.Serialization;
using Hutong.EventStore;
using Hutong.IdentityLink.Registration;
using Hutong.IdentityLink.Revoking;

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
        .Map("account_aliased", PersonEventsJson.Default.AccountAliased)
        .Map("account_unlinked", PersonEventsJson.Default.AccountUnlinked)
        .Map("consent_withdrawn", PersonEventsJson.Default.ConsentWithdrawn)
        .Map("person_absorbed", PersonEventsJson.Default.PersonAbsorbed)
        .Map("merged_into_person", PersonEventsJson.Default.MergedIntoPerson)
        .Map("person_released", PersonEventsJson.Default.PersonReleased)
        .Map("person_restored", PersonEventsJson.Default.PersonRestored)
        .Map("receipt_issued", PersonEventsJson.Default.ReceiptIssued)
        .Map("subject_succeeded", PersonEventsJson.Default.SubjectSucceeded)
        .Map("subject_reinstated", PersonEventsJson.Default.SubjectReinstated)
        .Map("person_viewed_by_operator", PersonEventsJson.Default.PersonViewedByOperator)
        .Map("person_sought_in_vain", PersonEventsJson.Default.PersonSoughtInVain)
        .Map("reach_viewed", PersonEventsJson.Default.ReachViewed)
        .Map("signed_out_by_operator", PersonEventsJson.Default.SignedOutByOperator)
        .Map("revocation_ordered", PersonEventsJson.Default.RevocationOrdered)
        .Map("recovery_code_made", PersonEventsJson.Default.RecoveryCodeMade)
        .Map("person_recovered", PersonEventsJson.Default.PersonRecovered)
        .Map("person_erased", PersonEventsJson.Default.PersonErased)
        .Map("account_claimed", PersonEventsJson.Default.AccountClaimed)
        .Map("alias_claimed", PersonEventsJson.Default.AliasClaimed)
        .Map("account_moved", PersonEventsJson.Default.AccountMoved)
        .Map("account_released", PersonEventsJson.Default.AccountReleased)
        .Map("client_registered", ClientEventsJson.Default.ClientRegistered)
        .Map("client_approved", ClientEventsJson.Default.ClientApproved)
        .Map("client_rejected", ClientEventsJson.Default.ClientRejected)
        .Map("client_suspended", ClientEventsJson.Default.ClientSuspended)
        .Map("client_reinstated", ClientEventsJson.Default.ClientReinstated)
        .Map("client_details_changed", ClientEventsJson.Default.ClientDetailsChanged)
        .Map("client_change_proposed", ClientEventsJson.Default.ClientChangeProposed)
        .Map("client_change_withdrawn", ClientEventsJson.Default.ClientChangeWithdrawn)
        .Map("client_change_approved", ClientEventsJson.Default.ClientChangeApproved)
        .Map("client_change_rejected", ClientEventsJson.Default.ClientChangeRejected)
        .Map("client_contacts_changed", ClientEventsJson.Default.ClientContactsChanged)
        .Map("client_secret_rotated", ClientEventsJson.Default.ClientSecretRotated)
        .Map("previous_client_secret_ended", ClientEventsJson.Default.PreviousClientSecretEnded)
        .Map("client_retired", ClientEventsJson.Default.ClientRetired);
}

[JsonSerializable(typeof(PersonRegistered))]
[JsonSerializable(typeof(AccountLinked))]
[JsonSerializable(typeof(SignedIn))]
[JsonSerializable(typeof(ConsentGiven))]
[JsonSerializable(typeof(SubjectAssigned))]
[JsonSerializable(typeof(AccountAliased))]
[JsonSerializable(typeof(AccountUnlinked))]
[JsonSerializable(typeof(ConsentWithdrawn))]
[JsonSerializable(typeof(PersonAbsorbed))]
[JsonSerializable(typeof(MergedIntoPerson))]
[JsonSerializable(typeof(PersonReleased))]
[JsonSerializable(typeof(PersonRestored))]
[JsonSerializable(typeof(ReceiptIssued))]
[JsonSerializable(typeof(SubjectSucceeded))]
[JsonSerializable(typeof(SubjectReinstated))]
[JsonSerializable(typeof(PersonViewedByOperator))]
[JsonSerializable(typeof(PersonSoughtInVain))]
[JsonSerializable(typeof(ReachViewed))]
[JsonSerializable(typeof(SignedOutByOperator))]
[JsonSerializable(typeof(RevocationOrdered))]
[JsonSerializable(typeof(RecoveryCodeMade))]
[JsonSerializable(typeof(PersonRecovered))]
[JsonSerializable(typeof(PersonErased))]
[JsonSerializable(typeof(AccountClaimed))]
[JsonSerializable(typeof(AliasClaimed))]
[JsonSerializable(typeof(AccountMoved))]
[JsonSerializable(typeof(AccountReleased))]
internal sealed partial class PersonEventsJson : JsonSerializerContext;
