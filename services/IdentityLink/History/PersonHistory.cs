using System.Globalization;
using Hutong.EventStore;
using Hutong.EventStore.Commands;
using Hutong.EventStore.PersonalData;
using Hutong.IdentityLink.Graph;
using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Provider;
using Hutong.IdentityLink.Revoking;

namespace Hutong.IdentityLink.History;

/// <summary>Something that happened to a person.</summary>
/// <param name="At">UTC.</param>
/// <param name="What">The event's stored name.</param>
/// <param name="Platform">The platform concerned; null where there is none.</param>
/// <param name="Partner">What people read of the partner concerned; null where there is none.</param>
/// <param name="Looked">What an operator looked at, see <see cref="Operating.Look"/>; null where none did.</param>
/// <param name="Reason">Why an operator did it; null where none did.</param>
public sealed record HistoryLine(DateTimeOffset At, string What, string? Platform, string? Partner, string? Looked, string? Reason);

/// <summary>A page of a person's history.</summary>
/// <param name="Lines">The newest first.</param>
/// <param name="Next">Pass as <c>before</c> for the older ones; null where these are the last.</param>
public sealed record HistoryOfPerson(IReadOnlyList<HistoryLine> Lines, string? Next);

/// <summary>
/// What happened to a person, read backwards from their stream and from those of whoever they absorbed and is not split
/// off. Of an event that both streams tell, such as that very merge, one line is shown.
/// </summary>
public sealed class PersonHistory(IEventStore store, PersonKeys keys, EventTypes types, Clients clients)
{
    private const int DefaultPage = 50;
    private const int MaxPage = 100;

    private readonly string[] told =
    [
        .. new[]
        {
            typeof(PersonRegistered), typeof(SignedIn), typeof(AccountLinked), typeof(AccountUnlinked), typeof(PersonAbsorbed),
            typeof(MergedIntoPerson), typeof(PersonReleased), typeof(PersonRestored), typeof(ConsentGiven), typeof(ConsentWithdrawn),
            typeof(RecoveryCodeMade), typeof(PersonRecovered), typeof(PersonViewedByOperator), typeof(PersonSoughtInVain), typeof(ReachViewed),
            typeof(SignedOutByOperator),
        }.SelectMany(types.NamesOf),
    ];

    private readonly string[] mergings =
        [.. new[] { typeof(PersonRegistered), typeof(PersonAbsorbed), typeof(PersonReleased), typeof(MergedIntoPerson), typeof(PersonRestored) }
            .SelectMany(types.NamesOf)];

    /// <summary>A page of a person's history.</summary>
    /// <param name="personId">The person.</param>
    /// <param name="before">The cursor of the page before; null for the newest.</param>
    /// <param name="limit">How many lines at most.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <returns>The page, or <see cref="GraphInTime.InvalidCursor"/>.</returns>
    public async Task<Outcome<HistoryOfPerson>> Of(Guid personId, string? before, int? limit, CancellationToken cancellation)
    {
        var position = long.MaxValue;
        if (before is not null && !long.TryParse(before, NumberStyles.None, CultureInfo.InvariantCulture, out position))
            return new Rejection(GraphInTime.InvalidCursor);
        var size = Math.Clamp(limit ?? DefaultPage, 1, MaxPage);
        Guid[] everybody = [personId, .. await AbsorbedBy(personId, cancellation)];

        // One more than is shown tells whether there are older ones.
        var read = await store.ReadBackwards([.. everybody.Select(Person.StreamOf)], position, size + 1, told, cancellation);
        var opened = await keys.Find(everybody, cancellation);
        var page = read.Take(size).ToList();
        return new HistoryOfPerson(
            [.. page.Where(stored => !IsToldTwice(stored, everybody)).Select(stored => Line(stored, opened))],
            read.Count > size ? page[^1].Position.ToString(CultureInfo.InvariantCulture) : null);
    }

    /// <summary>Read from the few events that say so, and not from every sign-in of a long life.</summary>
    private async Task<IEnumerable<Guid>> AbsorbedBy(Guid personId, CancellationToken cancellation)
    {
        var events = await store.ReadBackwards([Person.StreamOf(personId)], long.MaxValue, int.MaxValue, mergings, cancellation);
        return events.Reverse().Select(stored => stored.Data).Aggregate(Person.Fold.Initial, Person.Fold.Evolve)
            .Has.Absorptions.Select(merge => merge.From);
    }

    private static bool IsToldTwice(StoredEvent stored, Guid[] everybody) => stored.Data switch
    {
        MergedIntoPerson e => everybody.Contains(e.Into),
        PersonRestored e => everybody.Contains(e.From),
        _ => false,
    };

    private HistoryLine Line(StoredEvent stored, IReadOnlyDictionary<Guid, PersonKey> opened)
    {
        var key = opened.GetValueOrDefault(Person.IdOf(stored.StreamId));
        var line = new HistoryLine(stored.Timestamp, types.NameOf(stored.Data.GetType()), null, null, null, null);
        return stored.Data switch
        {
            PersonRegistered e => line with { Platform = e.Via },
            SignedIn e => line with { Platform = e.Platform },
            AccountLinked e => line with { Platform = e.Platform },
            AccountUnlinked e => line with { Platform = e.Platform },
            ConsentGiven e => line with { Partner = clients.NameOf(e.ClientId) },
            ConsentWithdrawn e => line with { Partner = clients.NameOf(e.ClientId) },
            PersonViewedByOperator e => line with { Looked = e.What, Reason = key?.OpenOptional(e.Reason) },
            PersonSoughtInVain e => line with { Platform = e.Platform, Reason = key?.Open(e.Reason) },
            ReachViewed e => line with { Reason = key?.Open(e.Reason) },
            SignedOutByOperator e => line with { Reason = key?.Open(e.Reason) },
            _ => line,
        };
    }
}
