using System.Globalization;
using Hutong.IdentityLink.Graph;
using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Platforms;
using Hutong.IdentityLink.Tests.Hosting;

namespace Hutong.IdentityLink.Tests.Invariants;

/// <summary>Random lives of several people, and what is said of them afterwards.</summary>
public sealed class TimeSpecs(Testing.Servers servers, SimulatedPlatforms platforms) : IAsyncLifetime
{
    private const int Lives = 24;
    private const int Steps = 20;
    private const int Questions = 12;

    private readonly IdentityService identity = new(servers, platforms);
    private People people = null!;

    public async ValueTask InitializeAsync()
    {
        await identity.Start(new Dictionary<string, string?>(), count: 2);
        people = new People(identity);
    }

    public ValueTask DisposeAsync() => identity.DisposeAsync();

    [Fact]
    public async Task Who_had_which_account_at_any_time_by_what_was_known_at_any_other_is_what_the_raw_events_come_to()
    {
        var seed = Environment.GetEnvironmentVariable("HUTONG_TEST_SEED") is { Length: > 0 } given
            ? int.Parse(given, CultureInfo.InvariantCulture)
            : Random.Shared.Next();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, Lives), new ParallelOptions { MaxDegreeOfParallelism = 4 },
            async (n, _) =>
            {
                try
                {
                    var life = new Life(people, new Random(seed + n), $"{n}");
                    await life.Run();
                    await ShouldAgree(life, new Random(seed - n));
                }
                catch (Exception e)
                {
                    throw new InvalidOperationException($"HUTONG_TEST_SEED={seed}, life {n}", e);
                }
            });
    }

    private async Task ShouldAgree(Life life, Random random)
    {
        var replay = await Replay.Read(identity, life.Accounts.Concat(life.Persons.Select(Person.StreamOf)));
        for (var question = 0; question < Questions; question++)
        {
            var (first, second) = (Moment(replay.Times, random), Moment(replay.Times, random));
            var (asOf, knownAt) = first < second ? (first, second) : (second, first);
            await ShouldAgree(life, replay, new AsOf(asOf, knownAt), asOf, knownAt);
            await ShouldAgree(life, replay, new AsOf(asOf, Known: null), asOf, DateTimeOffset.MaxValue);
            // What was true of a moment by what was known at it is what the streams said then.
            foreach (var person in life.Persons)
                (await people.AccountsAt(person, new(asOf, asOf))).ShouldBe((await people.Read(person, asOf)).Accounts, ignoreOrder: true);
        }
        await ShouldAgree(life, replay, AsOf.Now, DateTimeOffset.MaxValue, DateTimeOffset.MaxValue);
    }

    private async Task ShouldAgree(Life life, Replay replay, AsOf when, DateTimeOffset asOf, DateTimeOffset knownAt)
    {
        foreach (var account in life.Accounts)
            (await people.OwnerAt(account, when)).ShouldBe(replay.OwnerOf(account, asOf, knownAt), $"{account} {when}");
        foreach (var person in life.Persons)
        {
            (await people.AccountsAt(person, when))
                .ShouldBe(replay.AccountsOf(person, life.Accounts, asOf, knownAt), ignoreOrder: true, $"{person} {when}");
        }
    }

    /// <summary>The very time of an event, or one between two.</summary>
    private static DateTimeOffset Moment(IReadOnlyList<DateTimeOffset> times, Random random)
    {
        var one = times[random.Next(times.Count)];
        return random.Next(2) == 0 ? one : one + (times[random.Next(times.Count)] - one) * random.NextDouble();
    }

    private sealed class Life(People people, Random random, string name)
    {
        private readonly PlatformAccount[] accounts = [.. Enumerable.Range(0, 5).Select(n => People.Account($"time-{name}-{n}"))];
        private readonly HashSet<Guid> persons = [];

        public IReadOnlyCollection<Guid> Persons => persons;

        public IEnumerable<string> Accounts => accounts.Select(people.StreamOf);

        public async Task Run()
        {
            for (var n = 0; n < 3; n++)
                persons.Add(await people.SignIn(accounts[n]));
            for (var step = 0; step < Steps; step++)
                await Step();
        }

        private async Task Step()
        {
            var account = accounts[random.Next(accounts.Length)];
            var merges = new List<(Guid Holder, Guid Merge)>();
            var active = new List<Guid>();
            foreach (var person in persons)
            {
                var read = await people.Read(person);
                merges.AddRange(read.Has.Absorptions.Select(merge => (person, merge.MergeId)));
                if (read.IsActive)
                    active.Add(person);
            }
            // Everybody may be erased.
            var somebody = active.Count == 0 ? Guid.Empty : active[random.Next(active.Count)];
            switch (active.Count == 0 ? 0 : random.Next(20))
            {
                case < 5:
                    persons.Add(await people.SignIn(account));
                    break;
                case < 9:
                    await people.Link(somebody, account);
                    break;
                case < 12:
                    await people.Unlink(somebody, people.StreamOf(account));
                    break;
                case < 16:
                    await people.Merge(somebody, account, keepOther: random.Next(2) == 0);
                    break;
                case < 19:
                    if (merges.Count > 0)
                    {
                        var (holder, merge) = merges[random.Next(merges.Count)];
                        await people.Undo(holder, merge);
                    }
                    break;
                default:
                    await people.Erase(somebody);
                    break;
            }
        }
    }
}
