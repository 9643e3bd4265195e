using Hutong.EventStore.Commands;
using Hutong.EventStore.PersonalData;

namespace Hutong.IdentityLink.Registration;

/// <summary>What an operator does with a client.</summary>
public enum Review
{
    /// <summary>Approve the client, or the change of it that waits.</summary>
    Approve,

    /// <summary>Reject the client, or the change of it that waits.</summary>
    Reject,

    /// <summary>Suspend it.</summary>
    Suspend,

    /// <summary>End its suspension.</summary>
    Reinstate,
}

/// <summary>Decide on a client as an operator.</summary>
/// <param name="Operator">The operator's person id.</param>
/// <param name="What">What to do.</param>
/// <param name="Reason">Why, sealed with the owner's key; null where the owner was erased.</param>
/// <param name="IsOwn">Whether it is the operator's own, or of somebody who became part of them.</param>
public sealed record ReviewClient(Guid Operator, Review What, Sealed? Reason, bool IsOwn)
{
    /// <summary>An operator would let in what is their own: another one has to.</summary>
    public const string Own = "client_own";

    /// <summary>There is nothing of that kind to decide.</summary>
    public const string NothingToDecide = "client_nothing_to_decide";

    /// <summary>Nobody is responsible for it any more.</summary>
    public const string OwnerGone = "client_owner_gone";

    /// <summary>Decides what an operator wants; nothing where it was so before.</summary>
    public static Outcome<object[]> Decide(ReviewClient command, RegisteredClient client)
    {
        if (!client.IsManaged)
            return new Rejection(RegisteringClients.Unknown);
        var (by, reason) = (command.Operator, command.Reason);
        if (command.IsOwn && command.What is (Review.Approve or Review.Reinstate))
            return new Rejection(Own);
        // Whoever is erased reads nothing: what is approved needs somebody who answers for it.
        if (command.What == Review.Approve && reason is null)
            return new Rejection(OwnerGone);
        object? decided = (command.What, client.Status) switch
        {
            (Review.Approve, ClientStatus.Pending) =>
                new ClientApproved(by, client.ApprovedSector ?? Sectors.Of(client.Id, client.Metadata), reason),
            (Review.Reject, ClientStatus.Pending) => new ClientRejected(by, reason),
            (Review.Approve, _) when client.Waits => new ClientChangeApproved(by, reason),
            (Review.Reject, _) when client.Waits => new ClientChangeRejected(by, reason),
            (Review.Suspend, ClientStatus.Approved) => new ClientSuspended(by, reason),
            (Review.Reinstate, ClientStatus.Suspended) => new ClientReinstated(by, reason),
            _ => null,
        };
        if (decided is not null)
            return (object[])[decided];
        return (command.What, client.Status) is (Review.Suspend, ClientStatus.Suspended) or (Review.Reinstate, ClientStatus.Approved)
            ? (object[])[]
            : new Rejection(NothingToDecide);
    }
}
