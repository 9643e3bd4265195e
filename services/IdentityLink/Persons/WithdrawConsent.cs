using System.Text.Json.Serialization;
using Hutong.EventStore;
using Hutong.EventStore.Commands;
using Hutong.IdentityLink.Linking;

namespace Hutong.IdentityLink.Persons;

/// <summary>Take back all that a partner was allowed.</summary>
/// <param name="ClientId">The partner's client.</param>
public sealed record WithdrawConsent(string ClientId)
{
    /// <summary>Decides a withdrawal; nothing where nothing was allowed.</summary>
    public static IReadOnlyList<object> Decide(WithdrawConsent command, Person person) =>
        person.Has.Consents.Any(held => held.ClientId == command.ClientId) ? [new ConsentWithdrawn(command.ClientId)] : [];
}

/// <summary>Carries out withdrawals. The partner's grants end with the same commit, see the view <c>live_grant</c>.</summary>
public sealed class WithdrawingConsent(IEventStore store, CommandRunner runner, TimeProvider time)
{
    private static readonly Table<ConsentWithdrawalRow> Withdrawals =
        new("consent_withdrawal", ConsentWithdrawalJson.Default.ConsentWithdrawalRow, "person_id", "client_id");

    /// <summary>Takes a consent back; taking it back again changes nothing.</summary>
    public Task<Outcome<WithdrawConsent>> Handle(Guid personId, WithdrawConsent command, CancellationToken cancellation) =>
        runner.Run<WithdrawConsent>(async cancellation =>
        {
            var person = await store.Load(Person.Fold, Person.StreamOf(personId), cancellation: cancellation);
            if (!person.State.IsActive)
                return new Rejection(LinkDecision.UnknownPerson);
            var events = WithdrawConsent.Decide(command, person.State);
            if (events.Count == 0)
                return new(command);
            var everybody = person.State.Has.Absorptions.Select(merge => merge.From).Prepend(personId);
            return new(command, new UnitOfWork { Headers = new(Actor: personId.ToString()) }
                .With(person.Append(events))
                .With([.. everybody.Select(one => Withdrawals.Upsert(new(one, command.ClientId, time.GetUtcNow())))]));
        }, cancellation);
}

internal sealed record ConsentWithdrawalRow(Guid PersonId, string ClientId, DateTimeOffset WithdrawnAt);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ConsentWithdrawalRow))]
internal sealed partial class ConsentWithdrawalJson : JsonSerializerContext;
