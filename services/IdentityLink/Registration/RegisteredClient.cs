using Hutong.EventStore;
using Hutong.EventStore.PersonalData;
using Hutong.IdentityLink.Provider;

namespace Hutong.IdentityLink.Registration;

/// <summary>What a registered client has come to.</summary>
public enum ClientStatus
{
    /// <summary>It waits for an operator, and cannot be used.</summary>
    Pending,

    /// <summary>It can be used.</summary>
    Approved,

    /// <summary>An operator rejected it; it can be changed, and then waits again.</summary>
    Rejected,

    /// <summary>An operator suspended it.</summary>
    Suspended,

    /// <summary>Its owner gave it up, for ever.</summary>
    Retired,
}

/// <summary>The hash of a secret.</summary>
/// <param name="Hash">SHA-256, base64.</param>
/// <param name="EndsAt">Until when it holds, UTC; null for as long as it is there.</param>
public sealed record SecretHash(string Hash, DateTimeOffset? EndsAt);

/// <summary>A registered client, as its stream tells.</summary>
public sealed record RegisteredClient
{
    private const string Prefix = "client-";

    /// <summary>How the stream becomes the client.</summary>
    public static Fold<RegisteredClient> Fold { get; } = new(new RegisteredClient(), Evolve);

    /// <summary>Its client id; empty before it was registered.</summary>
    public string Id { get; private init; } = "";

    /// <summary>Who registered it. Whoever they became part of by a merge manages it as well.</summary>
    public Guid Owner { get; private init; }

    /// <summary>When it was registered, UTC.</summary>
    public DateTimeOffset RegisteredAt { get; private init; }

    /// <summary>What it has come to.</summary>
    public ClientStatus Status { get; private init; }

    /// <summary>What it is. Null in no client that was registered.</summary>
    public ClientMetadata Metadata { get; private init; } = null!;

    /// <summary>What its owner wants it to be, waiting for an operator; null where nothing waits.</summary>
    public ClientMetadata? Proposed { get; private init; }

    /// <summary>How to reach those who are responsible.</summary>
    public Sealed? Contacts { get; private init; }

    /// <summary>Its secrets, the newest first: at most two.</summary>
    public IReadOnlyList<SecretHash> Secrets { get; private init; } = [];

    /// <summary>Whose <c>sub</c> it sees; null until it was approved for the first time.</summary>
    public string? ApprovedSector { get; private init; }

    /// <summary>What an operator said last; null where none said anything that can be read.</summary>
    public Sealed? Reason { get; private init; }

    /// <summary>Whether an operator has something to decide.</summary>
    public bool Waits => Status == ClientStatus.Pending || (Proposed is not null && Status is ClientStatus.Approved or ClientStatus.Suspended);

    /// <summary>Whether it is there to be managed.</summary>
    public bool IsManaged => Id.Length > 0 && Status != ClientStatus.Retired;

    /// <summary>A client's stream id.</summary>
    public static string StreamOf(string clientId) => Prefix + clientId;

    /// <summary>What it is after some events.</summary>
    public RegisteredClient After(IEnumerable<object> events) => events.Aggregate(this, Evolve);

    private static RegisteredClient Evolve(RegisteredClient client, object @event) => @event switch
    {
        ClientRegistered e => client with
        {
            Id = e.ClientId, Owner = e.Owner, RegisteredAt = e.At, Metadata = e.Metadata, Contacts = e.Contacts,
            Secrets = e.SecretHash is { } hash ? [new SecretHash(hash, EndsAt: null)] : [],
        },
        ClientApproved e => client with { Status = ClientStatus.Approved, ApprovedSector = e.Sector, Reason = e.Reason },
        ClientRejected e => client with { Status = ClientStatus.Rejected, Reason = e.Reason },
        ClientSuspended e => client with { Status = ClientStatus.Suspended, Reason = e.Reason },
        ClientReinstated e => client with { Status = ClientStatus.Approved, Reason = e.Reason },
        ClientDetailsChanged e => client.Is(e.Metadata) with
        {
            Status = client.Status == ClientStatus.Rejected ? ClientStatus.Pending : client.Status,
        },
        ClientChangeProposed e => client with { Proposed = e.Metadata },
        ClientChangeWithdrawn => client with { Proposed = null },
        ClientChangeApproved e => client.Is(client.Proposed ?? client.Metadata) with { Reason = e.Reason },
        ClientChangeRejected e => client with { Proposed = null, Reason = e.Reason },
        ClientContactsChanged e => client with { Contacts = e.Contacts },
        ClientSecretRotated e => client with
        {
            Secrets = [new SecretHash(e.SecretHash, EndsAt: null), .. client.Secrets.Take(1).Select(old => old with { EndsAt = e.PreviousEndsAt })],
        },
        PreviousClientSecretEnded => client with { Secrets = [.. client.Secrets.Take(1)] },
        ClientRetired => client with { Status = ClientStatus.Retired, Proposed = null, Secrets = [] },
        _ => client,
    };

    private RegisteredClient Is(ClientMetadata metadata) =>
        this with { Metadata = metadata, Proposed = null, Secrets = metadata.UsesSecret ? Secrets : [] };
}
