using System.Text.Json.Nodes;
using Hutong.EventStore;
using Hutong.EventStore.Commands;
using Hutong.EventStore.PersonalData;
using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Storage;

namespace Hutong.IdentityLink.Registration;

/// <summary>A secret that a client got.</summary>
/// <param name="Secret">The secret, sealed with the owner's key: the answer to a request that is repeated is kept for a day.</param>
/// <param name="PreviousEndsAt">Until when the one before holds, UTC.</param>
public sealed record NewSecret(Sealed Secret, DateTimeOffset PreviousEndsAt);

/// <summary>What an owner does with their clients, see <see cref="ClientOwners"/>.</summary>
public sealed class ManagingClients(
    IEventStore store, CommandRunner runner, IdempotentCommands commands, PersonKeys keys, ClientOwners owners, ClientClaims claims, SectorDocuments documents,
    RegisteredClients registered, TimeProvider time)
{
    /// <summary>A client of the caller's.</summary>
    /// <returns>The client with its stream's version; null where there is none of theirs.</returns>
    public async Task<Loaded<RegisteredClient>?> Find(Guid caller, string clientId, CancellationToken cancellation)
    {
        if (!Guid.TryParse(clientId, out _))
            return null;
        var client = await store.Load(RegisteredClient.Fold, RegisteredClient.StreamOf(clientId), cancellation: cancellation);
        return client.Exists && (await owners.Of(caller, cancellation)).Contains(client.State.Owner) ? client : null;
    }

    /// <summary>A client as it is read, with what can be read of what is sealed.</summary>
    public async Task<JsonObject> Show(RegisteredClient client, CancellationToken cancellation)
    {
        var key = await keys.Find(client.Owner, cancellation);
        return ClientBody.Of(client, RegisteringClients.Open(key, client.Contacts), key?.OpenOptional(client.Reason));
    }

    /// <summary>Lets a client be something else, at once or when an operator approved it.</summary>
    public Task<Outcome<Loaded<RegisteredClient>>> Change(
        Guid caller, string clientId, Func<long, Rejection?> checkVersion, ClientMetadata metadata, IReadOnlyList<string> contacts,
        CancellationToken cancellation) =>
        Run(caller, clientId, checkVersion, async client =>
        {
            if (await keys.Find(client.Owner, cancellation) is not { } key)
                return new Rejection(RegisteringClients.Unknown);
            var before = RegisteringClients.Open(key, client.Contacts);
            var decided = ChangeClient.Decide(
                new(metadata, RegisteringClients.Seal(key, contacts), !contacts.SequenceEqual(before)), client);
            if (!decided.Succeeded || decided.Value.Length == 0)
                return decided;
            if (await documents.Check(client.Owner, metadata, cancellation) is { } fault)
                return fault;
            var entered = await claims.Enter(
                client.Owner, client.ApprovedSector ?? Sectors.Of(client.Id, metadata), metadata, cancellation);
            return entered.Succeeded ? decided : entered.Rejection;
        }, cancellation);

    /// <summary>Gives a client up.</summary>
    public Task<Outcome<Loaded<RegisteredClient>>> Retire(
        Guid caller, string clientId, Func<long, Rejection?> checkVersion, CancellationToken cancellation) =>
        Run(caller, clientId, checkVersion, client => Task.FromResult<Outcome<object[]>>(
            client.IsManaged ? (object[])[new ClientRetired()] : new Rejection(RegisteringClients.Unknown)), cancellation);

    /// <summary>Ends the secret from before the last rotation.</summary>
    public Task<Outcome<Loaded<RegisteredClient>>> EndPreviousSecret(Guid caller, string clientId, CancellationToken cancellation) =>
        Run(caller, clientId, _ => null, client => Task.FromResult(RotateSecret.DecideEnd(client)), cancellation);

    /// <summary>Gives a client another secret.</summary>
    /// <returns>The secret, and until when the one before holds.</returns>
    public async Task<Outcome<(string Secret, DateTimeOffset PreviousEndsAt)>> Rotate(
        Guid caller, string clientId, string key, ReadOnlyMemory<byte> request, TimeSpan keepPrevious, CancellationToken cancellation)
    {
        if (await Find(caller, clientId, cancellation) is not { } found || await keys.Find(found.State.Owner, cancellation) is not { } ownersKey)
            return new Rejection(RegisteringClients.Unknown);
        var outcome = await commands.Run<NewSecret>(
            new(RegisteringClients.ScopeOf(found.State.Owner), key, request), ClientRowJson.Default.NewSecret,
            async cancellation =>
            {
                if (await Find(caller, clientId, cancellation) is not { } client)
                    return new Rejection(RegisteringClients.Unknown);
                var secret = Secret.New();
                var decided = RotateSecret.Decide(
                    new(Convert.ToBase64String(Secret.Hash(secret)), keepPrevious), client.State, time.GetUtcNow());
                return decided.Succeeded
                    ? new Decision<NewSecret>(
                        new NewSecret(ownersKey.Seal(secret), decided.Value.OfType<ClientSecretRotated>().Single().PreviousEndsAt),
                        Work(caller, client, decided.Value))
                    : decided.Rejection;
            },
            cancellation);
        if (!outcome.Succeeded)
            return outcome.Rejection;
        await registered.Refresh(cancellation);
        return (ownersKey.Open(outcome.Value.Secret), outcome.Value.PreviousEndsAt);
    }

    /// <summary>The unit of work of a change: its events, the row as it is then, and the place of whatever was given up.</summary>
    internal static UnitOfWork Work(Guid actor, Loaded<RegisteredClient> client, IReadOnlyList<object> events)
    {
        var after = client.State.After(events);
        var work = new UnitOfWork { Headers = new(Actor: actor.ToString()) }
            .With(client.Append(events))
            .With(ClientRow.Write(after, client.Version + events.Count));
        return after.Status == ClientStatus.Retired ? work.With(ClientClaims.GiveBack(after.Id)) : work;
    }

    private async Task<Outcome<Loaded<RegisteredClient>>> Run(
        Guid caller, string clientId, Func<long, Rejection?> checkVersion,
        Func<RegisteredClient, Task<Outcome<object[]>>> decide, CancellationToken cancellation)
    {
        var outcome = await runner.Run<Loaded<RegisteredClient>>(
            async cancellation =>
            {
                if (await Find(caller, clientId, cancellation) is not { } client)
                    return new Rejection(RegisteringClients.Unknown);
                if (checkVersion(client.Version) is { } changed)
                    return changed;
                var decided = await decide(client.State);
                if (!decided.Succeeded)
                    return decided.Rejection;
                return decided.Value.Length == 0
                    ? new(client)
                    : new(
                        client with { State = client.State.After(decided.Value), Version = client.Version + decided.Value.Length },
                        Work(caller, client, decided.Value));
            },
            cancellation);
        if (outcome.Succeeded)
            await registered.Refresh(cancellation);
        return outcome;
    }
}
