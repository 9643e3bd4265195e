using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json.Serialization;
using Hutong.EventStore.CommandLine;
using Hutong.EventStore.PersonalData;
using Hutong.EventStore.PersonalData.Rotation;
using Hutong.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Hutong.EventStore.Tests;

/// <summary>Somebody got a name.</summary>
public sealed record Named(Guid PersonId, Sealed Name);

public sealed class KeyRotationSpecs(Servers servers) : IAsyncLifetime
{
    private static readonly Dictionary<string, string> Keks = ((string[])["k1", "k2"])
        .ToDictionary(id => id, _ => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));

    private readonly ConcurrentDictionary<Guid, string> names = new();
    private string connectionString = "";
    private NpgsqlDataSource database = null!;

    public async ValueTask InitializeAsync()
    {
        connectionString = await servers.NewDatabase();
        database = NpgsqlDataSource.Create(connectionString);
    }

    public ValueTask DisposeAsync() => database.DisposeAsync();

    [Fact]
    public async Task Keys_rotate_while_two_instances_write_and_read_and_no_event_changes()
    {
        var instances = new[] { await Start("k1"), await Start("k1") };
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Register(instances[0], 100)));
        var (before, known) = (await Events(names.Count), names.Count);
        using var over = new CancellationTokenSource();
        var working = Enumerable.Range(0, 4).Select(number => WriteAndRead(() => instances[number % 2], over.Token)).ToArray();

        // As instances are restarted: first all learn of the new key, then one after the other wraps by it.
        for (var i = 0; i < 2; i++)
            await Replace(instances, i, await Start("k1", "k2"));
        for (var i = 0; i < 2; i++)
            await Replace(instances, i, await Start("k2", "k1"));
        await Eventually.True(async () => await Under("k1") == 0);
        var fresh = names.Count;
        await Eventually.True(() => names.Count > fresh + 20);
        await over.CancelAsync();
        await Task.WhenAll(working);

        (await Under("k1")).ShouldBe(0, "what is new is wrapped by the new key at once");
        // The old key is removed for good.
        for (var i = 0; i < 2; i++)
            await Replace(instances, i, await Start("k2"));
        await Eventually.True(async () => (await Health(instances[1])).Status == HealthStatus.Healthy);
        foreach (var (person, name) in names)
            (await Read(instances[0], person)).ShouldBe(name);
        (await Events(known)).ShouldBe(before);
        await Task.WhenAll(instances.Select(Stop));
    }

    [Fact]
    public async Task A_key_removed_too_early_is_named_with_how_many_need_it_and_nothing_is_lost()
    {
        var first = await Start("k1");
        await Register(first, 3);
        var person = names.Keys.First();
        await Stop(first);

        var early = await Start("k2");
        await Eventually.Passes(async () =>
        {
            var health = await Health(early);
            health.Status.ShouldBe(HealthStatus.Unhealthy);
            health.Description.ShouldBe(
                "Key-encryption key 'k1' is missing and still needed (person_key 3): set Keys:KeyEncryptionKeys:k1 again.");
        });
        (await Should.ThrowAsync<CryptographicException>(() => Read(early, person))).Message.ShouldContain("Keys:KeyEncryptionKeys:k1");
        await Register(early, 1);
        (await Under("k1")).ShouldBe(3);
        await Stop(early);

        var mended = await Start("k2", "k1");
        await Eventually.True(async () => await Under("k1") == 0);
        foreach (var (known, name) in names)
            (await Read(mended, known)).ShouldBe(name);
        (await Health(mended)).Status.ShouldBe(HealthStatus.Healthy);
        await Stop(mended);
    }

    [Fact]
    public async Task A_rotation_that_is_cut_off_goes_on_and_does_not_bring_back_an_erased_key()
    {
        var first = await Start("k1");
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Register(first, 150)));
        var erased = names.Keys.Take(300).ToList();
        await Stop(first);
        var second = await Start("k2", "k1");
        var erasing = Parallel.ForEachAsync(erased, async (person, cancellation) =>
            await second.Services.GetRequiredService<IEventStore>().Commit(UnitOfWork.Empty.With(PersonKeys.Erase(person)), cancellation));

        for (var i = 0; i < 5; i++)
        {
            await Execute("select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and objid = 7230173131 % 4294967296");
        }
        await erasing;

        await Eventually.True(async () => await Under("k1") == 0);
        (await Under("k2")).ShouldBe(names.Count - erased.Count);
        (await second.Services.GetRequiredService<PersonKeys>().Find(erased)).ShouldBeEmpty();
        await Stop(second);
    }

    [Fact]
    public async Task A_command_tells_what_keys_are_needed_for_and_wraps_anew()
    {
        var first = await Start("k1");
        await Register(first, 2);
        await Stop(first);

        (await Build("k2", "k1").RunService(["keys"])).ShouldBe(1);
        (await Build("k2").RunService(["keys"])).ShouldBe(2);
        (await Build("k2", "k1").RunService(["keys", "--rewrap"])).ShouldBe(0);
        (await Build("k2").RunService(["keys"])).ShouldBe(0);
        (await Build("k2").RunService(["keys", "--what"])).ShouldBe(2);
        (await Build("k2").RunService(["kees"])).ShouldBe(2, "a slip of the pen does not serve");
        (await Under("k2")).ShouldBe(2);
    }

    [Fact]
    public async Task A_secret_that_does_not_open_stays_and_holds_up_no_other()
    {
        var first = await Start("k1");
        await Register(first, 20);
        await Stop(first);
        await Execute("update person_key set wrapped_key = set_byte(wrapped_key, 20, 1 + get_byte(wrapped_key, 20) % 255) where person_id in (select person_id from person_key limit 1)");

        (await Build("k2", "k1").RunService(["keys", "--rewrap"])).ShouldBe(1);

        (await Under("k1")).ShouldBe(1);
        (await Under("k2")).ShouldBe(19);
    }

    private IHost Build(string current, params string[] others)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(
        [
            new("ConnectionStrings:Database", connectionString), new("Keys:Current", current), new("Keys:RewrapEvery", "00:00:00.05"),
            .. others.Append(current).Select(id => new KeyValuePair<string, string?>($"Keys:KeyEncryptionKeys:{id}", Keks[id])),
        ]);
        builder.AddEventStore(new EventTypes().Map("named", NamedJson.Default.Named));
        builder.AddPersonKeys();
        return builder.Build();
    }

    private async Task<IHost> Start(string current, params string[] others)
    {
        var host = Build(current, others);
        await host.StartAsync();
        await host.Services.GetRequiredService<SchemaReady>().Wait(TestContext.Current.CancellationToken);
        return host;
    }

    private static async Task Replace(IHost[] instances, int number, IHost by)
    {
        var old = instances[number];
        instances[number] = by;
        await Stop(old);
    }

    private static async Task Stop(IHost host)
    {
        await host.StopAsync();
        await ((IAsyncDisposable)host).DisposeAsync();
    }

    private async Task Register(IHost instance, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var person = Guid.CreateVersion7();
            var (key, row) = instance.Services.GetRequiredService<PersonKeys>().Create(person);
            var name = $"somebody {person:N}";
            var work = UnitOfWork.Append($"person-{person}", Expected.None, new Named(person, key.Seal(name))).With(row);
            (await instance.Services.GetRequiredService<IEventStore>().Commit(work)).ShouldBeOfType<CommitResult.Committed>();
            names[person] = name;
        }
    }

    private static async Task<string?> Read(IHost instance, Guid person)
    {
        var stream = await instance.Services.GetRequiredService<IEventStore>().ReadStream($"person-{person}");
        return (await instance.Services.GetRequiredService<PersonKeys>().Find(person))?.Open(((Named)stream.Events[0].Data).Name);
    }

    private async Task WriteAndRead(Func<IHost> instance, CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            var at = instance();
            try
            {
                await Register(at, 1);
                var (person, name) = names.ElementAt(Random.Shared.Next(names.Count));
                (await Read(at, person)).ShouldBe(name);
            }
            catch (ObjectDisposedException) when (at != instance())
            {
                // Its instance was replaced under it.
            }
        }
    }

    private static async Task<HealthReportEntry> Health(IHost instance) =>
        (await instance.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Entries["keys"];

    private async Task<long> Under(string kek)
    {
        await using var command = database.CreateCommand("select count(*) from person_key where kek_id = $1");
        command.Parameters.AddWithValue(kek);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private async Task<string> Events(int first)
    {
        await using var command = database.CreateCommand(
            "select md5(string_agg(e::text, chr(10) order by seq_id)) from (select * from mt_events order by seq_id limit $1) e");
        command.Parameters.AddWithValue(first);
        return (string)(await command.ExecuteScalarAsync())!;
    }

    private async Task Execute(string sql)
    {
        await using var command = database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}

[JsonSerializable(typeof(Named))]
internal sealed partial class NamedJson : JsonSerializerContext;
