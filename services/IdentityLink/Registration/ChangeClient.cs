using Hutong.EventStore.Commands;
using Hutong.EventStore.PersonalData;

namespace Hutong.IdentityLink.Registration;

/// <summary>Let a client be this.</summary>
/// <param name="Metadata">All that it is to be.</param>
/// <param name="Contacts">How to reach those who are responsible.</param>
/// <param name="ContactsDiffer">Whether these are others than before: sealed values tell nothing of what is in them.</param>
public sealed record ChangeClient(ClientMetadata Metadata, Sealed? Contacts, bool ContactsDiffer)
{
    /// <summary>It would let the client know people by another <c>sub</c>.</summary>
    public const string SectorWouldChange = "sector_would_change";

    /// <summary>
    /// Decides a change. Of a client that an operator approved, what needs approval waits with all that came along with it,
    /// while the client stays what it is; of one that nobody approved everything holds at once, and it is looked at as it is
    /// then.
    /// </summary>
    public static Outcome<object[]> Decide(ChangeClient command, RegisteredClient client)
    {
        if (!client.IsManaged)
            return new Rejection(RegisteringClients.Unknown);
        if (client.ApprovedSector is { } sector && !Sectors.Keeps(sector, client.Id, command.Metadata))
            return new Rejection(SectorWouldChange);
        var events = new List<object>();
        if (command.ContactsDiffer)
            events.Add(new ClientContactsChanged(command.Contacts));
        if (client.ApprovedSector is not null && command.Metadata.NeedsApprovalAfter(client.Metadata))
        {
            if (client.Proposed?.SaysTheSameAs(command.Metadata) != true)
                events.Add(new ClientChangeProposed(command.Metadata));
        }
        else if (!command.Metadata.SaysTheSameAs(client.Metadata))
        {
            events.Add(new ClientDetailsChanged(command.Metadata));
        }
        else if (client.Proposed is not null)
        {
            events.Add(new ClientChangeWithdrawn());
        }
        return events.ToArray();
    }
}
