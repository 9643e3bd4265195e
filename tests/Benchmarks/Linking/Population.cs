using System.Globalization;
using System.Security.Cryptography;
using Hutong.EventStore;
using Hutong.EventStore.PersonalData;
using Hutong.IdentityLink.Linking;
using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Platforms;
using Hutong.IdentityLink.Receipts;
using Hutong.Testing;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Hutong.Benchmarks.Linking;

/// <summary>An Identity-Link service whose database is full of persons, each with an account and a signed-in browser.</summary>
internal sealed class Population : IAsyncDisposable
{
    private const int AtOnce = 500;

    private readonly WebApplicationFactory<Person> service;
    private readonly List<(Guid Person, string Account)> persons = [];
    private int linked;

    private Population(IReadOnlyDictionary<string, string?> settings) => service = new WebApplicationFactory<Person>().WithWebHostBuilder(host =>
    {
        host.UseContentRoot(AppContext.BaseDirectory);
        foreach (var (key, value) in settings)
            host.UseSetting(key, value);
        host.ConfigureLogging(logging => logging.ClearProviders());
    });

    /// <summary>The persons and their accounts. The browser each is signed in with has the account's stream id for its own.</summary>
    public IReadOnlyList<(Guid Person, string Account)> Persons => persons;

    /// <summary>A service with that many persons.</summary>
    public static async Task<Population> Of(int count, Servers servers) =>
        await Of(count, ServiceSettings.On(await servers.NewDatabase()));

    /// <summary>A service with that many persons and settings of its own.</summary>
    public static async Task<Population> Of(int count, IReadOnlyDictionary<string, string?> settings)
    {
        var population = new Population(settings);
        await population.Get<SchemaReady>().Wait(CancellationToken.None);
        for (var first = 0; first < count; first += AtOnce)
            await population.Register(first, Math.Min(AtOnce, count - first));
        await using var finish = population.Get<NpgsqlDataSource>().CreateCommand("""
            insert into browser_session (id_hash, sid, person_id, account, link_version, authenticated_at, expires_at)
            select sha256(convert_to(account, 'UTF8')), gen_random_uuid(), person_id, account, link_version, now(), now() + interval '30 days'
            from linked_account
            """);
        finish.CommandTimeout = 600;
        await finish.ExecuteNonQueryAsync();
        await using var analyze = population.Get<NpgsqlDataSource>().CreateCommand("vacuum analyze");
        analyze.CommandTimeout = 600;
        await analyze.ExecuteNonQueryAsync();
        return population;
    }

    /// <summary>Somebody links another account and takes it off again.</summary>
    public async Task LinkAndUnlink()
    {
        var (person, account) = persons[RandomNumberGenerator.GetInt32(persons.Count)];
        var signIn = new AccountProof(account, DateTimeOffset.UtcNow);
        var key = (await Get<PersonKeys>().Find(person))!;
        var second = new PlatformAccount("taobao", $"second-{Interlocked.Increment(ref linked)}", "Second");
        var proved = ProvedAccount.Of(second, [Get<AccountStreams>().Of(second.Platform, second.Subject)], key, DateTimeOffset.UtcNow);
        Succeeded((await Get<LinkingAccounts>().Handle(person, new(proved, signIn, ConfirmedText.Link), CancellationToken.None)).Succeeded);
        Succeeded((await Get<UnlinkingAccounts>().Handle(person, new(proved.Account, signIn), CancellationToken.None)).Succeeded);
    }

    public ValueTask DisposeAsync() => service.DisposeAsync();

    public T Get<T>() where T : notnull => service.Services.GetRequiredService<T>();

    private async Task Register(int first, int count)
    {
        var units = Enumerable.Range(first, count).Select(Registration).ToArray();
        foreach (var result in await Get<IEventStore>().Commit(units))
            Succeeded(result is CommitResult.Committed);
    }

    private UnitOfWork Registration(int number)
    {
        var subject = number.ToString(CultureInfo.InvariantCulture);
        var (key, row) = Get<PersonKeys>().Create(Guid.CreateVersion7());
        var account = Get<AccountStreams>().Of("weibo", subject);
        persons.Add((key.PersonId, account));
        return new UnitOfWork { Headers = new(Actor: key.PersonId.ToString()) }
            .With(new StreamAppend(Person.StreamOf(key.PersonId), Expected.None,
            [
                new PersonRegistered(key.PersonId, "weibo"),
                new AccountLinked(key.PersonId, account, "weibo", key.Seal(subject), key.Seal("Somebody")),
                new SignedIn(account, "weibo"),
            ]))
            .With(new StreamAppend(account, Expected.None, [new AccountClaimed(key.PersonId)]))
            .With(row, LinkedAccounts.Row(new(account, key.PersonId, "weibo", "Somebody", DateTimeOffset.UtcNow, 1)));
    }

    private static void Succeeded(bool succeeded)
    {
        if (!succeeded)
            throw new InvalidOperationException("It was refused.");
    }
}
