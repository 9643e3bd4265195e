using Hutong.EventStore;
using Hutong.EventStore.Commands;
using Hutong.EventStore.PersonalData;
using Hutong.IdentityLink.Operating;
using Hutong.IdentityLink.Persons;

namespace Hutong.IdentityLink.Registration;

/// <summary>Carries out what operators decide on clients.</summary>
public sealed class ReviewingClients(
    IEventStore store, CommandRunner runner, PersonKeys keys, ClientOwners owners, ClientClaims claims, SectorDocuments documents,
    RegisteredClients registered)
{
    /// <summary>A client, whoever's it is.</summary>
    /// <returns>The client with its stream's version; null where there is none.</returns>
    public async Task<Loaded<RegisteredClient>?> Find(string clientId, CancellationToken cancellation) =>
        Guid.TryParse(clientId, out _)
        && await store.Load(RegisteredClient.Fold, RegisteredClient.StreamOf(clientId), cancellation: cancellation) is { Exists: true } client
            ? client
            : null;

    /// <summary>Decides on a client as the operator saw it.</summary>
    /// <param name="operatorId">The operator.</param>
    /// <param name="clientId">The client.</param>
    /// <param name="what">What to do.</param>
    /// <param name="reason">Why.</param>
    /// <param name="checkVersion">Whether what they saw is what is there.</param>
    /// <param name="cancellation">Ends it before its commit.</param>
    public async Task<Outcome<Loaded<RegisteredClient>>> Handle(
        Guid operatorId, string clientId, Review what, OperationReason reason, Func<long, Rejection?> checkVersion,
        CancellationToken cancellation)
    {
        var outcome = await runner.Run<Loaded<RegisteredClient>>(
            async cancellation =>
            {
                if (await Find(clientId, cancellation) is not { } client)
                    return new Rejection(RegisteringClients.Unknown);
                if (checkVersion(client.Version) is { } changed)
                    return changed;
                var key = await keys.Find(client.State.Owner, cancellation);
                var isOwn = (await owners.Of(operatorId, cancellation)).Contains(client.State.Owner);
                var decided = ReviewClient.Decide(new(operatorId, what, key.SealOptional(reason), isOwn), client.State);
                if (!decided.Succeeded)
                    return decided.Rejection;
                if (decided.Value.Length == 0)
                    return new(client);
                var after = client.State.After(decided.Value);
                var work = ManagingClients.Work(operatorId, client, decided.Value);
                if (what == Review.Approve)
                {
                    // What it said when the client was registered it need not say any more.
                    if (await documents.Check(after.Owner, after.Metadata, cancellation) is { } fault)
                        return fault;
                    var entered = await claims.Enter(after.Owner, after.ApprovedSector!, after.Metadata, cancellation);
                    if (!entered.Succeeded)
                        return entered.Rejection;
                    work = work.With(entered.Value);
                }
                return new(client with { State = after, Version = client.Version + decided.Value.Length }, work);
            },
            cancellation);
        if (outcome.Succeeded)
            await registered.Refresh(cancellation);
        return outcome;
    }
}

internal static class SealedReason
{
    /// <summary>Seals a reason for whoever reads it; null where nobody can any more.</summary>
    public static Sealed? SealOptional(this PersonKey? reader, OperationReason reason) => reader?.Seal(reason.Text);
}
