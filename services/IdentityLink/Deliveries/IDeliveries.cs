namespace Hutong.IdentityLink.Deliveries;

/// <summary>Something that clients are told, until they took it or it is given up. What is due lies in a table; no two instances take the same of it.</summary>
public interface IDeliveries
{
    /// <summary>The clients to whom something is due, and who may be told now.</summary>
    Task<IReadOnlyList<string>> Waiting(CancellationToken cancellation);

    /// <summary>Delivers some of what is due to a client.</summary>
    /// <returns>Whether more may be due.</returns>
    Task<bool> DeliverDue(string clientId, CancellationToken cancellation);

    /// <summary>Gives up what is past its time, and forgets what was kept long enough.</summary>
    Task Tidy(CancellationToken cancellation);
}
