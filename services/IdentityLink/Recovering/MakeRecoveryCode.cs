using Hutong.EventStore;
using Hutong.EventStore.Commands;
using Hutong.IdentityLink.Linking;
using Hutong.IdentityLink.Persons;
using Microsoft.Extensions.Options;

namespace Hutong.IdentityLink.Recovering;

/// <summary>Make a recovery code, in the place of the one before.</summary>
/// <param name="CodeId">Names it; tells nothing of the code.</param>
/// <param name="AuthenticatedAt">When the person last proved who they are, UTC.</param>
public sealed record MakeRecoveryCode(Guid CodeId, DateTimeOffset AuthenticatedAt);

/// <summary>Makes recovery codes.</summary>
public sealed class MakingRecoveryCodes(IEventStore store, CommandRunner runner, IOptions<LinkingOptions> options, TimeProvider time)
{
    /// <summary>Makes a code for a person.</summary>
    /// <returns>The code, which nobody can show again.</returns>
    public Task<Outcome<string>> Handle(Guid personId, MakeRecoveryCode command, CancellationToken cancellation) =>
        runner.Run<string>(async cancellation => await Decide(personId, command, cancellation), cancellation);

    private async Task<Decision<string>> Decide(Guid personId, MakeRecoveryCode command, CancellationToken cancellation)
    {
        var person = await store.Load(Person.Fold, Person.StreamOf(personId), cancellation: cancellation);
        if (!person.State.IsActive)
            return new Rejection(LinkDecision.UnknownPerson);
        var now = time.GetUtcNow();
        if (now - command.AuthenticatedAt > options.Value.FreshFor)
            return new Rejection(LinkDecision.NotFresh);

        var code = RecoveryCode.New();
        var work = new UnitOfWork { Headers = new(Actor: personId.ToString()) }
            .With(person.Append(new RecoveryCodeMade(command.CodeId)))
            .With(
                RecoveryCodes.Row(personId, command.CodeId, RecoveryCode.HashOf(code)!),
                Notices.Of(personId, NoticeKind.RecoveryCodeMade, platform: null, now));
        return new(code, work);
    }
}
