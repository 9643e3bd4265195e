using Hutong.EventStore;
using Hutong.EventStore.Commands;
using Hutong.EventStore.PersonalData;
using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Revoking;

namespace Hutong.IdentityLink.Operating;

/// <summary>What an operator can look at, by the names that events keep for ever.</summary>
public static class Look
{
    /// <summary>The accounts, now or at some time.</summary>
    public const string Accounts = "accounts";

    /// <summary>Whose an account is or was.</summary>
    public const string Owner = "account_owner";

    /// <summary>What happened to the person.</summary>
    public const string History = "history";

    /// <summary>What the person was told and has not put away.</summary>
    public const string Notices = "notices";

    /// <summary>The receipts.</summary>
    public const string Receipts = "receipts";

    /// <summary>What was reached through the person or an account of theirs.</summary>
    public const string Reach = "reach";

    /// <summary>A client that the person registered, its contacts included.</summary>
    public const string Clients = "clients";

    /// <summary>What the person reads of it, in Chinese and in English.</summary>
    public static IReadOnlyDictionary<string, (string Chinese, string English)> Texts { get; } =
        new Dictionary<string, (string, string)>
        {
            [Accounts] = ("你的账号", "your accounts"),
            [Owner] = ("你的一个账号归谁所有", "who owns one of your accounts"),
            [History] = ("你的历史记录", "your history"),
            [Notices] = ("给你的通知", "your notices"),
            [Clients] = ("你登记的应用和它的联系方式", "an app you registered, and its contacts"),
            [Receipts] = ("你的凭证", "your receipts"),
            [Reach] = ("通过你的账号登录过什么", "what was reached through you or an account of yours"),
        };
}

/// <summary>
/// Records that an operator looks at a person, on the person's own stream. To be awaited before anything is told: a look
/// that left no event did not happen.
/// </summary>
public sealed class LookingAtPersons(IEventStore store, CommandRunner runner, PersonKeys keys)
{
    /// <summary>There is no person of this id.</summary>
    public const string NoSuchPerson = "no_such_person";

    /// <summary>Records a look.</summary>
    /// <param name="operatorId">Who looks.</param>
    /// <param name="personId">At whom.</param>
    /// <param name="what">At what, see <see cref="Look"/>.</param>
    /// <param name="reason">Why.</param>
    /// <param name="cancellation">Ends it before its commit.</param>
    /// <returns>The person, or <see cref="NoSuchPerson"/>.</returns>
    public Task<Outcome<Guid>> Record(
        Guid operatorId, Guid personId, string what, OperationReason reason, CancellationToken cancellation) =>
        Append(operatorId, personId, key => new PersonViewedByOperator(operatorId, what, key?.Seal(reason.Text)), cancellation);

    /// <summary>Records that an operator searched for somebody and found nobody, on the operator's own stream: no search goes without.</summary>
    public Task<Outcome<Guid>> RecordInVain(
        Guid operatorId, string platform, OperationReason reason, CancellationToken cancellation) =>
        Append(operatorId, operatorId, key => key is null ? null : new PersonSoughtInVain(platform, key.Seal(reason.Text)), cancellation);

    /// <summary>
    /// Records a look at what was reached through something: with the person whose it is, and on the operator's own stream
    /// where it is no one person's.
    /// </summary>
    public Task<Outcome<Guid>> RecordReach(
        Guid operatorId, RevocationScope scope, OperationReason reason, CancellationToken cancellation) => scope.Owner is { } owner
            ? Record(operatorId, owner, Look.Reach, reason, cancellation)
            : Append(
                operatorId, operatorId,
                key => key is null
                    ? null
                    : new ReachViewed(scope.Kind.ToString(), scope.Target, scope.From, scope.To, key.Seal(reason.Text)),
                cancellation);

    /// <summary>It changes nothing of the person, so that it need not wait for changes that do.</summary>
    private Task<Outcome<Guid>> Append(
        Guid operatorId, Guid personId, Func<PersonKey?, object?> looked, CancellationToken cancellation) =>
        runner.Run<Guid>(async cancellation =>
        {
            var stream = Person.StreamOf(personId);
            if ((await store.ReadStream(stream, new ReadUntil(ToVersion: 1), cancellation)).Version == 0
                || looked(await keys.Find(personId, cancellation)) is not { } @event)
                return new Rejection(NoSuchPerson);
            return new(personId, new UnitOfWork { Headers = new(Actor: operatorId.ToString()) }
                .With(new StreamAppend(stream, Expected.Exists, [@event])));
        }, cancellation);
}
