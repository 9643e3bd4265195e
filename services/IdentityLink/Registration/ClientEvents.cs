using System.Text.Json.Serialization;
using Hutong.EventStore.PersonalData;

namespace Hutong.IdentityLink.Registration;

/// <summary>Somebody registered a client. It waits for an operator.</summary>
/// <param name="ClientId">The client.</param>
/// <param name="Owner">Who registered it.</param>
/// <param name="Metadata">What it is to be.</param>
/// <param name="Contacts">How to reach those who are responsible, a JSON array of texts, sealed with the owner's key; null for none.</param>
/// <param name="SecretHash">SHA-256 of its secret, base64; null where it has none.</param>
/// <param name="At">When, UTC.</param>
public sealed record ClientRegistered(
    string ClientId, Guid Owner, ClientMetadata Metadata, Sealed? Contacts, string? SecretHash, DateTimeOffset At);

/// <summary>An operator approved the client. It can be used from now on.</summary>
/// <param name="Operator">The operator's person id.</param>
/// <param name="Sector">Whose <c>sub</c> it sees, from now on and whatever of it changes.</param>
/// <param name="Reason">Why; the owner reads it.</param>
public sealed record ClientApproved(Guid Operator, string Sector, Sealed? Reason);

/// <summary>An operator rejected the client as it is. Its owner may change it, and it waits again.</summary>
/// <param name="Operator">The operator's person id.</param>
/// <param name="Reason">Why; the owner reads it. Null where the owner was erased, so that nothing can be sealed for them.</param>
public sealed record ClientRejected(Guid Operator, Sealed? Reason);

/// <summary>An operator suspended the client. It cannot be used, and what it was granted does not hold, until it is reinstated.</summary>
/// <param name="Operator">The operator's person id.</param>
/// <param name="Reason">Why; the owner reads it. Null where the owner was erased.</param>
public sealed record ClientSuspended(Guid Operator, Sealed? Reason);

/// <summary>An operator ended the client's suspension.</summary>
/// <param name="Operator">The operator's person id.</param>
/// <param name="Reason">Why; the owner reads it. Null where the owner was erased.</param>
public sealed record ClientReinstated(Guid Operator, Sealed? Reason);

/// <summary>The client is this from now on. A change that waited is not wanted any more.</summary>
/// <param name="Metadata">All of it.</param>
public sealed record ClientDetailsChanged(ClientMetadata Metadata);

/// <summary>The client's owner wants it to be this. Until an operator approves the change the client stays what it is.</summary>
/// <param name="Metadata">All of it. Takes the place of a change that waited.</param>
public sealed record ClientChangeProposed(ClientMetadata Metadata);

/// <summary>The client's owner does not want the change any more that waited.</summary>
public sealed record ClientChangeWithdrawn;

/// <summary>An operator approved the change that waited: the client is what was proposed.</summary>
/// <param name="Operator">The operator's person id.</param>
/// <param name="Reason">Why; the owner reads it.</param>
public sealed record ClientChangeApproved(Guid Operator, Sealed? Reason);

/// <summary>An operator rejected the change that waited: the client stays what it is.</summary>
/// <param name="Operator">The operator's person id.</param>
/// <param name="Reason">Why; the owner reads it. Null where the owner was erased.</param>
public sealed record ClientChangeRejected(Guid Operator, Sealed? Reason);

/// <summary>Others are to be reached for the client.</summary>
/// <param name="Contacts">A JSON array of texts, sealed with the owner's key; null for nobody.</param>
public sealed record ClientContactsChanged(Sealed? Contacts);

/// <summary>The client has another secret.</summary>
/// <param name="SecretHash">Its SHA-256, base64.</param>
/// <param name="PreviousEndsAt">Until when the one before holds beside it, UTC.</param>
public sealed record ClientSecretRotated(string SecretHash, DateTimeOffset PreviousEndsAt);

/// <summary>The secret from before the last rotation holds no more.</summary>
public sealed record PreviousClientSecretEnded;

/// <summary>The client is given up, for ever: its id is nobody's again.</summary>
public sealed record ClientRetired;

[JsonSerializable(typeof(ClientRegistered))]
[JsonSerializable(typeof(ClientApproved))]
[JsonSerializable(typeof(ClientRejected))]
[JsonSerializable(typeof(ClientSuspended))]
[JsonSerializable(typeof(ClientReinstated))]
[JsonSerializable(typeof(ClientDetailsChanged))]
[JsonSerializable(typeof(ClientChangeProposed))]
[JsonSerializable(typeof(ClientChangeWithdrawn))]
[JsonSerializable(typeof(ClientChangeApproved))]
[JsonSerializable(typeof(ClientChangeRejected))]
[JsonSerializable(typeof(ClientContactsChanged))]
[JsonSerializable(typeof(ClientSecretRotated))]
[JsonSerializable(typeof(PreviousClientSecretEnded))]
[JsonSerializable(typeof(ClientRetired))]
internal sealed partial class ClientEventsJson : JsonSerializerContext;
