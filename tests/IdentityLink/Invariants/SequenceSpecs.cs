using System.Globalization;
using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Platforms;
using Hutong.IdentityLink.Tests.Hosting;

namespace Hutong.IdentityLink.Tests.Invariants;

/// <summary>Random lives of several people, commands repeated as an impatient caller or a lost answer repeats them.</summary>
public sealed class SequenceSpecs(Testing.Servers servers, SimulatedPlatforms platforms) : IAsyncLifetime
{
    private const int Sequences = 60;
    private const int Steps = 25;
    private static readonly string[] Sectors = ["one", "two"];

    private readonly IdentityService identity = new(servers, platforms);
    private People people = null!;

    public async ValueTask InitializeAsync()
    {
        await identity.Start(new Dictionary<string, string?>(), count: 2);
        people = new People(identity);
    }

    public ValueTask DisposeAsync() => identity.DisposeAsync();

    [Fact]
    public async Task Whatever_people_do_accounts_have_one_owner_nobody_is_locked_out_and_splitting_gives_back()
    {
        var seed = Environment.GetEnvironmentVariable("HUTONG_TEST_SEED") is { Length: > 0 } given
            ? int.Parse(given, CultureInfo.InvariantCulture)
            : Random.Shared.Next();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, Sequences), new ParallelOptions { MaxDegreeOfParallelism = 4 },
            async (n, _) =>
            {
                try
                {
                    await new Life(people, new Random(seed + n), $"{n}").Run();
                }
                catch (Exception e)
                {
                    throw new InvalidOperationException($"HUTONG_TEST_SEED={seed}, sequence {n}", e);
                }
            });
    }

    /// <summary>One sequence, and beside it what must come of it: who linked what, and by which sub each was known where.</summary>
    private sealed class Life(People people, Random random, string name)
    {
        private readonly PlatformAccount[] accounts = [.. Enumerable.Range(0, 6).Select(n => People.Account($"{name}-{n}"))];
        private readonly List<Guid> persons = [];
        private readonly Dictionary<string, Guid> linkedBy = [];
        private readonly Dictionary<(Guid, string), string> assigned = [];
        private readonly Dictionary<Guid, HashSet<string>> consented = [];

        public async Task Run()
        {
            for (var n = 0; n < 3; n++)
                await SignIn(accounts[n]);
            for (var step = 0; step < Steps; step++)
            {
                await Step();
                await people.ShouldBeSound(persons, accounts);
            }
            await UndoWhatCanBe();
            await people.ShouldBeSound(persons, accounts);
            await PartnersWereToldWhichSubjectsHold();
            await EverythingIsWhereItCameFrom();
        }

        /// <summary>Who follows the notices ends with the subs that hold: those assigned, without the ended, with those reinstated.</summary>
        private async Task PartnersWereToldWhichSubjectsHold()
        {
            var told = assigned.Select(subject => subject.Value).ToHashSet();
            foreach (var notice in await people.NoticesTo(persons))
                (notice is SubjectSucceeded ended ? told.Remove(ended.Subject) : told.Add(((SubjectReinstated)notice).Subject)).ShouldBeTrue();
            var holding = new List<string>();
            foreach (var person in persons)
                holding.AddRange((await people.Read(person)).Subjects.Values);
            told.ShouldBe(holding, ignoreOrder: true);
        }

        /// <summary>Under whoever holds it now, each piece still carries whose it is; whoever absorbed nobody has only their own.</summary>
        private async Task EverythingIsWhereItCameFrom()
        {
            var holders = new List<Person>();
            foreach (var person in persons)
                holders.Add(await people.Read(person));
            foreach (var holder in holders.Where(holder => holder.Has.Absorptions.Count == 0))
            {
                holder.Has.Accounts.Select(held => held.Origin)
                    .Concat(holder.Has.Consents.Select(held => held.Origin))
                    .Concat(holder.Has.Subjects.Select(held => held.Origin))
                    .ShouldAllBe(origin => origin == holder.Id);
            }
            holders.SelectMany(holder => holder.Has.Accounts).ToDictionary(held => held.Account, held => held.Origin)
                .ShouldBe(linkedBy, ignoreOrder: true);
            holders.SelectMany(holder => holder.Has.Subjects).ToDictionary(held => (held.Origin, held.Sector), held => held.Subject)
                .ShouldBe(assigned, ignoreOrder: true);
            holders.SelectMany(holder => holder.Has.Consents).Select(held => (held.Origin, held.ClientId))
                .ShouldBe(consented.SelectMany(person => person.Value.Select(client => (person.Key, client))), ignoreOrder: true);
        }

        private async Task Step()
        {
            var account = accounts[random.Next(accounts.Length)];
            var stream = people.StreamOf(account);
            var person = await SomebodyActive();
            switch (random.Next(8))
            {
                case 0:
                    await SignIn(account);
                    break;
                case 1 or 2:
                    var free = await people.OwnerOf(stream) is null;
                    if ((await Again(() => people.Link(person, account))).Succeeded && free)
                        linkedBy[stream] = person;
                    break;
                case 3:
                    if ((await people.Unlink(person, stream)).Succeeded)
                        linkedBy.Remove(stream);
                    (await people.Unlink(person, stream)).Succeeded.ShouldBeFalse();
                    break;
                case 4:
                    await people.Merge(person, account, keepOther: random.Next(2) == 0);
                    break;
                case 5:
                    var merges = (await people.Read(person)).Has.Absorptions;
                    if (merges.Count > 0)
                        await people.Undo(person, merges[random.Next(merges.Count)].MergeId);
                    break;
                case 6:
                    await AssignSubject(person, Sectors[random.Next(Sectors.Length)]);
                    break;
                case 7:
                    await Consent(person, Sectors[random.Next(Sectors.Length)]);
                    break;
            }
        }

        private async Task SignIn(PlatformAccount account)
        {
            var wasFree = await people.OwnerOf(people.StreamOf(account)) is null;
            var person = await people.SignIn(account);
            if (!wasFree)
                return;
            persons.Add(person);
            consented[person] = [];
            linkedBy[people.StreamOf(account)] = person;
        }

        private async Task AssignSubject(Guid person, string sector)
        {
            var before = (await people.Read(person)).SubjectIn(sector);
            var subject = await people.SubjectOf(person, sector);
            (before ?? subject).ShouldBe(subject, "a sub stays");
            if (before is null)
                assigned[(person, sector)] = subject;
        }

        /// <summary>A withdrawal is the human's, whoever of those they were merged from had agreed.</summary>
        private async Task Consent(Guid person, string client)
        {
            if (random.Next(2) == 0)
            {
                if (!(await people.Read(person)).Consented(client, ["openid"], "1"))
                    consented[person].Add(client);
                await Again(async () =>
                {
                    await people.Consent(person, client);
                    return true;
                });
                return;
            }
            var holders = (await people.Read(person)).Has.Consents.Where(held => held.ClientId == client).Select(held => held.Origin).ToArray();
            foreach (var origin in holders)
                consented[origin].Remove(client);
            await people.Withdraw(person, client);
        }

        /// <summary>Splits until no split succeeds: one is refused where somebody has given up everything they had brought.</summary>
        private async Task UndoWhatCanBe()
        {
            for (var undone = true; undone;)
            {
                undone = false;
                foreach (var person in persons)
                {
                    foreach (var merge in (await people.Read(person)).Has.Absorptions)
                    {
                        var outcome = await people.Undo(person, merge.MergeId);
                        undone |= outcome.Succeeded;
                        // Undone together with another one.
                        outcome.Rejection?.Code.ShouldBeOneOf("split_leaves_no_way_in", "merge_unknown");
                    }
                }
            }
        }

        private async Task<Guid> SomebodyActive()
        {
            while (true)
            {
                var person = persons[random.Next(persons.Count)];
                if ((await people.Read(person)).IsActive)
                    return person;
            }
        }

        private async Task<T> Again<T>(Func<Task<T>> command)
        {
            var first = await command();
            if (random.Next(3) == 0)
                await command();
            return first;
        }
    }
}
