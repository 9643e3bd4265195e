using System.Text.Json.Serialization;
using Hutong.EventStore;
using Hutong.EventStore.Commands;
using Hutong.EventStore.PersonalData;
using Hutong.IdentityLink.Linking;
using Hutong.IdentityLink.Operating;
using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Storage;
using Npgsql;

namespace Hutong.IdentityLink.Revoking;

/// <summary>What an operator asks for.</summary>
/// <param name="Kind">Of what <paramref name="Target"/> is.</param>
/// <param name="Target">An account's stream id, a platform, a client id or a person id.</param>
/// <param name="LinkVersion">Which link of the account; for <see cref="RevocationKind.Link"/> alone.</param>
/// <param name="From">The window's begin; there is no default for it.</param>
/// <param name="To">Its end, not in it any more; null for now. Not in the future: what comes after the command is not ended by it.</param>
public sealed record ReachedThrough(RevocationKind? Kind, string? Target, long? LinkVersion, DateTimeOffset? From, DateTimeOffset? To);

/// <summary>What an operator revoked.</summary>
/// <param name="RevocationId">Names the revocation.</param>
/// <param name="From">The window's begin, UTC.</param>
/// <param name="To">Its end, not in it any more, UTC.</param>
public sealed record Revoked(Guid RevocationId, DateTimeOffset From, DateTimeOffset To);

/// <summary>
/// Carries out revocations. Each is one event and a row or so, however much it ends: what holds is looked up, see the views
/// <c>live_session</c> and <c>live_grant</c>. So all of it ends in one commit, on every instance.
/// </summary>
public sealed class RevokingReached(IEventStore store, IdempotentCommands commands, PersonKeys keys, NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>There is no such account, link or person, nobody has an account of the platform, or the client was granted nothing.</summary>
    public const string UnknownTarget = "revocation_target_unknown";

    /// <summary>The person became part of another, who has all that was theirs.</summary>
    public const string PartOfAnother = "revocation_target_merged";

    /// <summary>The window is empty, or ends in the future.</summary>
    public const string WindowUnusable = "revocation_window_unusable";

    // Whether a time lies in the window is a question of the clock that sessions and grants are dated by.
    private const string ClockSql = "select now()";

    // Whether it is configured does not matter: what was obtained through it before outlives its settings.
    private const string PlatformSql = "select from linked_account where platform = $1 limit 1";

    private const string ClientSql = """
        (select from token_grant where client_id = $1 limit 1) union all (select from client_token where client_id = $1 limit 1)
        """;

    private static readonly Table<RevocationRow> Revocations = new("revocation", RevocationJson.Default.RevocationRow, "id");

    private static readonly Table<RevocationTargetRow> Targets =
        new("revocation_target", RevocationJson.Default.RevocationTargetRow, "target", "window_to", "revocation_id");

    /// <summary>Revokes. New sign-ins are not concerned.</summary>
    /// <param name="operatorId">Who orders it.</param>
    /// <param name="request">Names the request: repeated, it is the same revocation.</param>
    /// <param name="target">What.</param>
    /// <param name="reason">Why.</param>
    /// <param name="cancellation">Ends it before its commit.</param>
    public Task<Outcome<Revoked>> Handle(
        Guid operatorId, IdempotentRequest request, ReachedThrough? target, OperationReason reason, CancellationToken cancellation) =>
        commands.Run(
            request, RevocationJson.Default.Revoked,
            async cancellation =>
            {
                if (await keys.Find(operatorId, cancellation) is not { } key)
                    return new Rejection(LinkDecision.UnknownPerson);
                var found = await Resolve(target, cancellation);
                if (found.Rejection is { } rejection)
                    return rejection;
                var scope = found.Value!;
                var id = Guid.CreateVersion7();
                var ordered = new RevocationOrdered(
                    id, operatorId, scope.Kind.ToString(), scope.Target, scope.LinkVersion, scope.Persons, scope.From, scope.To,
                    key.Seal(reason.Text));
                var work = await Tell(scope, id, operatorId, reason, (UnitOfWork.Append(StreamOf(id), Expected.None, ordered) with { Headers = new(Actor: operatorId.ToString()) })
                    .With(Rows(id, scope)), cancellation);
                return new Decision<Revoked>(new Revoked(id, scope.From, scope.To), work);
            },
            cancellation);

    /// <summary>Leaves the person whose things end something to read: a notice, and in their history who did it and why.</summary>
    private async Task<UnitOfWork> Tell(
        RevocationScope scope, Guid revocation, Guid operatorId, OperationReason reason, UnitOfWork work, CancellationToken cancellation)
    {
        // Somebody who was erased reads nothing, and nothing can be sealed for them.
        if (scope.Owner is not { } owner || await keys.Find(owner, cancellation) is not { } key)
            return work;
        var told = new SignedOutByOperator(operatorId, revocation, key.Seal(reason.Text));
        return work
            .With(new StreamAppend(Person.StreamOf(owner), scope.OwnerSeen, [told]))
            .With(Notices.Of(owner, NoticeKind.SignedOutByOperator, platform: null, time.GetUtcNow()));
    }

    /// <summary>The rows that end all that a person has open by now, for a unit of work that means to.</summary>
    public async Task<IReadOnlyList<RowWrite>> RowsOfAll(Person person, CancellationToken cancellation)
    {
        var all = new RevocationScope(
            RevocationKind.Person, person.Id.ToString(), 0, [], DateTimeOffset.UnixEpoch, await Now(cancellation));
        return Rows(Guid.CreateVersion7(), Of(person, all));
    }

    /// <summary>What exactly an operator means; a slip of the pen must not pass for a revocation that found nothing.</summary>
    public async Task<Outcome<RevocationScope>> Resolve(ReachedThrough? asked, CancellationToken cancellation)
    {
        var now = await Now(cancellation);
        var to = asked?.To?.ToUniversalTime() ?? now;
        if (asked is not { Kind: { } kind, Target: { } target })
            return new Rejection(UnknownTarget);
        if (asked.From?.ToUniversalTime() is not { } from || from >= to || to > now)
            return new Rejection(WindowUnusable);
        var scope = new RevocationScope(kind, target, 0, [], from, to);
        return kind switch
        {
            RevocationKind.Account => await OfAccount(scope, cancellation),
            RevocationKind.Link => await OfLink(scope, asked.LinkVersion, cancellation),
            RevocationKind.Platform => await IfFound(PlatformSql, scope, cancellation),
            RevocationKind.Client => await IfFound(ClientSql, scope, cancellation),
            RevocationKind.Person => await OfPerson(scope, cancellation),
            _ => new Rejection(UnknownTarget),
        };
    }

    /// <summary>A revocation's stream id.</summary>
    public static string StreamOf(Guid id) => $"revocation-{id}";

    private static IReadOnlyList<RowWrite> Rows(Guid id, RevocationScope scope) =>
    [
        Revocations.Claim(new(
            id, scope.Kind.ToString(), scope.Target, scope.LinkVersion, scope.Persons, [.. scope.Accounts], scope.Owner, scope.From, scope.To)),
        .. scope.Targets.Select(target => Targets.Claim(new(target, scope.From, scope.To, id))),
    ];

    private static RevocationScope Of(Person person, RevocationScope scope) => scope with
    {
        Owner = person.Id, Persons = [person.Id, .. person.Has.Absorptions.Select(merge => merge.From)], Accounts = [.. person.Accounts],
    };

    private async Task<DateTimeOffset> Now(CancellationToken cancellation) =>
        (await database.Many(ClockSql, row => row.Time(0), cancellation))[0];

    private async Task<Outcome<RevocationScope>> IfFound(string sql, RevocationScope scope, CancellationToken cancellation) =>
        !scope.Target.Any(char.IsControl) && await database.Many(sql, row => true, cancellation, scope.Target) is [_]
            ? scope
            : new Rejection(UnknownTarget);

    private async Task<Outcome<RevocationScope>> OfAccount(RevocationScope scope, CancellationToken cancellation)
    {
        if (!AccountStreams.IsStream(scope.Target))
            return new Rejection(UnknownTarget);
        var account = await store.Load(Account.Fold, scope.Target, cancellation: cancellation);
        return account.Exists
            ? scope with { Target = account.State.AliasOf ?? scope.Target, Owner = account.State.Owner }
            : new Rejection(UnknownTarget);
    }

    private async Task<Outcome<RevocationScope>> OfLink(RevocationScope scope, long? version, CancellationToken cancellation)
    {
        if (version is not { } link || !AccountStreams.IsStream(scope.Target))
            return new Rejection(UnknownTarget);
        var events = (await store.ReadStream(scope.Target, cancellation: cancellation)).Events.Select(stored => stored.Data).ToList();
        if (link < 1 || link > events.Count || events[(int)link - 1] is not AccountClaimed claimed)
            return new Rejection(UnknownTarget);
        // Who had the account last while that very link lasted.
        var owner = events.Skip((int)link).TakeWhile(@event => @event is not AccountReleased).OfType<AccountMoved>().LastOrDefault()?.To;
        return scope with { LinkVersion = link, Owner = owner ?? claimed.PersonId };
    }

    private async Task<Outcome<RevocationScope>> OfPerson(RevocationScope scope, CancellationToken cancellation)
    {
        if (!Guid.TryParse(scope.Target, out var id))
            return new Rejection(UnknownTarget);
        var person = await store.Load(Person.Fold, Person.StreamOf(id), cancellation: cancellation);
        if (!person.Exists || person.State.IsErased)
            return new Rejection(UnknownTarget);
        // A merge or a link that comes in between makes it be decided anew: it would change what they have.
        return person.State.MergedInto is null
            ? Of(person.State, scope with { Target = id.ToString(), OwnerSeen = Expected.Exactly(person.Version) })
            : new Rejection(PartOfAnother);
    }
}

internal sealed record RevocationRow(
    Guid Id, string Kind, string Target, long LinkVersion, IReadOnlyList<Guid> Persons, IReadOnlyList<string> Accounts, Guid? PersonId,
    DateTimeOffset WindowFrom, DateTimeOffset WindowTo);

internal sealed record RevocationTargetRow(string Target, DateTimeOffset WindowFrom, DateTimeOffset WindowTo, Guid RevocationId);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Revoked))]
[JsonSerializable(typeof(RevocationRow))]
[JsonSerializable(typeof(RevocationTargetRow))]
internal sealed partial class RevocationJson : JsonSerializerContext;
