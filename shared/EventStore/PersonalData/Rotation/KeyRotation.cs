using System.Data;
using System.Diagnostics.Metrics;
using Hutong.EventStore.Reading;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Hutong.EventStore.PersonalData.Rotation;

/// <summary>
/// Wraps every secret anew that another key-encryption key than the current one wraps, batch by batch, and tells which
/// keys are still needed. Events are not touched: they are sealed with the persons' keys, which stay what they are.
/// </summary>
/// <remarks>
/// One instance works, for as long as it lives: it holds a lock on the connection that it works on. While instances are
/// restarted one by one with another current key, the old and the new do therefore not undo each other's work. Every
/// instance counts, since each must know whether it has the keys it needs.
/// </remarks>
public sealed partial class KeyRotation(
    NpgsqlDataSource database, KeyEncryption encryption, IEnumerable<IWrappedSecrets> secrets, SchemaReady schema,
    IOptions<KeyOptions> options, TimeProvider time, ILogger<KeyRotation> log) : BackgroundService, IHealthCheck
{
    private const int Batch = 500;

    private const string LockSql = "select pg_try_advisory_lock(7230173131)";

    // The pool would keep the connection, and with it the lock.
    private const string UnlockSql = "select pg_advisory_unlock_all()";

    private readonly IReadOnlyList<IWrappedSecrets> secrets = [.. secrets];
    private volatile KeyUse? use;
    private volatile bool isWorking;

    /// <summary>What the keys are needed for, when last looked; null before the first look.</summary>
    public KeyUse? Use => use;

    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(use switch
        {
            null => HealthCheckResult.Unhealthy("Which key-encryption keys are needed is not known yet."),
            { Complaint: { } complaint } => HealthCheckResult.Unhealthy(complaint),
            _ => HealthCheckResult.Healthy(),
        });

    /// <summary>Looks what the keys are needed for.</summary>
    public async Task<KeyUse> Look(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var lines = new List<KeyUseLine>();
        foreach (var kind in secrets)
            lines.AddRange((await kind.Count(connection, cancellation)).Select(count => new KeyUseLine(count.Key, kind.Name, count.Value)));
        return new KeyUse(encryption.Current, encryption.Others, lines);
    }

    /// <summary>Wraps anew whatever can be.</summary>
    /// <returns>How many secrets.</returns>
    public async Task<int> RewrapAll(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var all = 0;
        foreach (var kind in secrets)
        {
            int some;
            do
                all += some = await kind.Rewrap(connection, Batch, cancellation);
            while (some > 0);
        }
        return all;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await schema.Wait(stoppingToken);
        using var published = KeyTelemetry.Publish(() => isWorking ? use : null);
        while (true)
        {
            try
            {
                await using var connection = await database.OpenConnectionAsync(stoppingToken);
                await Work(connection, stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                Failed(e);
            }
            await Task.Delay(options.Value.RewrapEvery, time, stoppingToken);
        }
    }

    private async Task Work(NpgsqlConnection connection, CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                // Before the work as well: an instance need not wait for it to be ready.
                Tell(await Look(connection, cancellation));
                isWorking = isWorking || await Lock(connection, cancellation);
                if (isWorking && await RewrapAll(connection, cancellation) is > 0 and var count)
                    Rewrapped(count, encryption.Current);
                Tell(await Look(connection, cancellation));
                await Task.Delay(options.Value.RewrapEvery, time, cancellation);
            }
        }
        finally
        {
            isWorking = false;
            await Unlock(connection);
        }
    }

    private static async Task Unlock(NpgsqlConnection connection)
    {
        if (connection.State != ConnectionState.Open)
            return;
        await using var command = new NpgsqlCommand(UnlockSql, connection);
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }

    private void Tell(KeyUse now)
    {
        var before = use;
        use = now;
        if (now.Complaint is { } complaint && complaint != before?.Complaint)
            Missing(complaint);
        foreach (var id in now.Unused.Where(id => isWorking && before?.Unused.Contains(id) != true))
            Unused(id);
    }

    private static async Task<bool> Lock(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(LockSql, connection);
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }

    [LoggerMessage(LogLevel.Information, "{Count} secrets are wrapped anew, by key-encryption key '{KekId}'")]
    private partial void Rewrapped(int count, string kekId);

    [LoggerMessage(LogLevel.Information, "Nothing is wrapped by key-encryption key '{KekId}' any more: it may be removed")]
    private partial void Unused(string kekId);

    [LoggerMessage(LogLevel.Error, "{Complaint}")]
    private partial void Missing(string complaint);

    [LoggerMessage(LogLevel.Warning, "The wrapping of secrets by the current key-encryption key is interrupted and begins again")]
    private partial void Failed(Exception exception);
}

/// <summary>How many secrets need each key-encryption key, as a gauge with tags <c>kek</c> and <c>secrets</c>, from the instance that works.</summary>
internal static class KeyTelemetry
{
    private static readonly Meter Meter = new(LogTelemetry.MeterName);
    private static readonly List<Func<KeyUse?>> Sources = [];

    static KeyTelemetry() => Meter.CreateObservableGauge(
        "hutong.keys.wrapped", Measure, "{secret}", "Secrets in the database that a key-encryption key wraps");

    public static IDisposable Publish(Func<KeyUse?> use)
    {
        lock (Sources)
            Sources.Add(use);
        return new Withdrawal(use);
    }

    private static List<Measurement<long>> Measure()
    {
        lock (Sources)
        {
            return [.. Sources.SelectMany(source => source()?.Lines ?? []).Select(line => new Measurement<long>(
                line.Count,
                new KeyValuePair<string, object?>("kek", line.KekId),
                new KeyValuePair<string, object?>("secrets", line.Secrets)))];
        }
    }

    private sealed class Withdrawal(Func<KeyUse?> use) : IDisposable
    {
        public void Dispose()
        {
            lock (Sources)
                Sources.Remove(use);
        }
    }
}
