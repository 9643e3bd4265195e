using Hutong.IdentityLink.Platforms;
using Hutong.IdentityLink.Tests.Hosting;

namespace Hutong.IdentityLink.Tests.Invariants;

/// <summary>Two who want what only one can have, a thousand times, on two instances.</summary>
public sealed class RaceSpecs(Testing.Servers servers, SimulatedPlatforms platforms) : IAsyncLifetime
{
    private const int Rounds = 1000;
    private const int AtOnce = 8;

    private readonly IdentityService identity = new(servers, platforms);
    private People people = null!;

    public async ValueTask InitializeAsync()
    {
        await identity.Start(new Dictionary<string, string?>(), count: 2);
        people = new People(identity);
    }

    public ValueTask DisposeAsync() => identity.DisposeAsync();

    [Fact]
    public Task Of_two_who_link_one_account_at_once_one_has_it() => Repeat(async round =>
    {
        var accounts = Accounts(round, 3);
        Guid[] persons = [await people.SignIn(accounts[0]), await people.SignIn(accounts[1])];

        var outcomes = await Task.WhenAll(persons.Select(person => people.Link(person, accounts[2])));

        outcomes.Count(outcome => outcome.Succeeded).ShouldBe(1);
        await people.ShouldBeSound(persons, accounts);
    });

    [Fact]
    public Task Two_unlinks_of_the_last_two_ways_in_leave_one() => Repeat(async round =>
    {
        var accounts = Accounts(round, 2);
        var person = await people.SignIn(accounts[0]);
        (await people.Link(person, accounts[1])).Succeeded.ShouldBeTrue();

        var outcomes = await Task.WhenAll(accounts.Select(account => people.Unlink(person, people.StreamOf(account))));

        outcomes.Count(outcome => outcome.Succeeded).ShouldBe(1);
        outcomes.Single(outcome => !outcome.Succeeded).Rejection!.Code.ShouldBe("last_way_in");
        await people.ShouldBeSound([person], accounts);
    });

    [Fact]
    public Task A_merge_and_an_unlink_of_what_it_moves_both_end_soundly() => Repeat(async round =>
    {
        var accounts = Accounts(round, 3);
        Guid[] persons = [await people.SignIn(accounts[0]), await people.SignIn(accounts[1])];
        (await people.Link(persons[1], accounts[2])).Succeeded.ShouldBeTrue();
        await people.SubjectOf(persons[1], "partner");

        var merging = people.Merge(persons[0], accounts[1]);
        var unlinking = people.Unlink(persons[1], people.StreamOf(accounts[2]));
        await Task.WhenAll(merging, unlinking);

        // The proof is of an account that stays: the merge comes about, before the unlinking or after it.
        (await merging).Succeeded.ShouldBeTrue();
        await people.ShouldBeSound(persons, accounts);
        (await people.OwnerOf(people.StreamOf(accounts[2]))).ShouldBe((await unlinking).Succeeded ? null : persons[0]);
    });

    private static PlatformAccount[] Accounts(int round, int count) =>
        [.. Enumerable.Range(0, count).Select(n => People.Account($"{round}-{n}"))];

    private static Task Repeat(Func<int, Task> round) => Parallel.ForEachAsync(
        Enumerable.Range(0, Rounds), new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (n, _) => await round(n));
}
