using System.Text.Json;
using Hutong.EventStore;
using Hutong.EventStore.Commands;
using Hutong.EventStore.PersonalData;
using Hutong.IdentityLink.Linking;
using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Storage;

namespace Hutong.IdentityLink.Registration;

/// <summary>A client that was registered.</summary>
/// <param name="ClientId">Its client id.</param>
/// <param name="Secret">Its secret, sealed with its owner's key: the answer to a request that is repeated is kept for a day.</param>
public sealed record NewClient(string ClientId, Sealed? Secret);

/// <summary>Carries out registrations.</summary>
public sealed class RegisteringClients(
    IdempotentCommands commands, PersonKeys keys, ClientClaims claims, SectorDocuments documents, RegisteredClients registered,
    TimeProvider time)
{
    /// <summary>There is no such client, or it is not the caller's, or it was given up.</summary>
    public const string Unknown = "client_unknown";

    /// <summary>Registers a client.</summary>
    /// <param name="owner">Who registers it.</param>
    /// <param name="key">The caller's <c>Idempotency-Key</c>.</param>
    /// <param name="request">What they sent.</param>
    /// <param name="metadata">What it is to be.</param>
    /// <param name="contacts">How to reach those who are responsible.</param>
    /// <param name="cancellation">Ends it before its commit.</param>
    /// <returns>The client id and the secret, if it has one.</returns>
    public async Task<Outcome<(string ClientId, string? Secret)>> Handle(
        Guid owner, string key, ReadOnlyMemory<byte> request, ClientMetadata metadata, IReadOnlyList<string> contacts,
        CancellationToken cancellation)
    {
        if (await keys.Find(owner, cancellation) is not { } ownersKey)
            return new Rejection(LinkDecision.UnknownPerson);
        var outcome = await commands.Run<NewClient>(
            new(ScopeOf(owner), key, request), ClientRowJson.Default.NewClient,
            cancellation => Decide(owner, ownersKey, metadata, contacts, cancellation), cancellation);
        if (!outcome.Succeeded)
            return outcome.Rejection;
        await registered.Refresh(cancellation);
        return (outcome.Value.ClientId, ownersKey.OpenOptional(outcome.Value.Secret));
    }

    /// <summary>Under what the answers to a person's registrations are kept.</summary>
    public static string ScopeOf(Guid owner) => $"clients:{owner}";

    /// <summary>Contacts as events keep them.</summary>
    internal static Sealed? Seal(PersonKey key, IReadOnlyList<string> contacts) =>
        contacts.Count == 0 ? null : key.Seal(JsonSerializer.Serialize(contacts.ToArray(), ClientRowJson.Default.StringArray));

    /// <summary>Contacts as people sent them; none where they cannot be read any more.</summary>
    internal static IReadOnlyList<string> Open(PersonKey? key, Sealed? contacts) =>
        key?.OpenOptional(contacts) is { } text ? JsonSerializer.Deserialize(text, ClientRowJson.Default.StringArray)! : [];

    private async Task<Decision<NewClient>> Decide(
        Guid owner, PersonKey ownersKey, ClientMetadata metadata, IReadOnlyList<string> contacts, CancellationToken cancellation)
    {
        var id = Guid.CreateVersion7().ToString();
        var secret = metadata.UsesSecret ? Secret.New() : null;
        var (place, pending) = await claims.LookForPlace(owner, cancellation);
        var command = new RegisterClient(
            id, owner, metadata, Seal(ownersKey, contacts), secret is null ? null : Convert.ToBase64String(Secret.Hash(secret)));
        var decided = RegisterClient.Decide(command, place is not null, pending, time.GetUtcNow());
        if (!decided.Succeeded)
            return decided.Rejection;
        if (await documents.Check(owner, metadata, cancellation) is { } fault)
            return fault;
        // Nothing is claimed before an operator approved it; but who cannot be approved should know it now.
        var entered = await claims.Enter(owner, Sectors.Of(id, metadata), metadata, cancellation);
        if (!entered.Succeeded)
            return entered.Rejection;
        var client = RegisteredClient.Fold.Initial.After(decided.Value);
        return new(
            new NewClient(id, ownersKey.SealOptional(secret)),
            (UnitOfWork.Append(RegisteredClient.StreamOf(id), Expected.None, decided.Value) with { Headers = new(Actor: owner.ToString()) })
                .With(ClientRow.Write(client, version: 1), ClientClaims.Take(owner, place!.Value, id)));
    }
}
