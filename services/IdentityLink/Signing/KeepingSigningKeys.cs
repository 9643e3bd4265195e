using System.Diagnostics.Metrics;
using System.Security.Cryptography;
using Hutong.EventStore;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Hutong.IdentityLink.Signing;

/// <summary>
/// Looks at the signing keys every few seconds, makes those that are missing, and raises the alarm where a key is past its
/// time or near its end with none to follow it: in the log, as a gauge, and as a degraded state of health. Every instance
/// does; each generation is made once.
/// </summary>
internal sealed partial class KeepingSigningKeys : BackgroundService, IHealthCheck
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "Hutong.IdentityLink.Signing";

    /// <summary>For so long an instance may sign with a key that was withdrawn.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    private readonly Meter meter = new(MeterName);
    private readonly SigningKeys keys;
    private readonly SchemaReady schema;
    private readonly SigningKeyOptions options;
    private readonly TimeProvider time;
    private readonly ILogger<KeepingSigningKeys> log;
    private volatile string? complaint;

    public KeepingSigningKeys(
        SigningKeys keys, SchemaReady schema, IOptions<SigningKeyOptions> options, TimeProvider time, ILogger<KeepingSigningKeys> log)
    {
        (this.keys, this.schema, this.options, this.time, this.log) = (keys, schema, options.Value, time, log);
        meter.CreateObservableGauge(
            "hutong.signing_keys.remaining", Remaining, "s", "How long the key that signs is meant to: below zero it is overdue");
    }

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(complaint is { } text ? HealthCheckResult.Degraded(text) : HealthCheckResult.Healthy());

    public override void Dispose()
    {
        meter.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await schema.Wait(stoppingToken);
        using var timer = new PeriodicTimer(Pause, time);
        do
            await Keep(stoppingToken);
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task Keep(CancellationToken cancellation)
    {
        try
        {
            await keys.Keep(cancellation);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or CryptographicException)
        {
            Failed(e);
        }
        // Also after a failure: that nothing could be made is what is to be told.
        var before = complaint;
        complaint = keys.Known is { } ring ? KeyAlarm.Of(ring, time.GetUtcNow(), options) : null;
        if (complaint is { } text && text != before)
            Alarm(text);
    }

    private IEnumerable<Measurement<double>> Remaining() =>
        from algorithm in SigningAlgorithms.All
        let current = keys.Known?.Current(algorithm)
        where current is not null
        select new Measurement<double>(
            (current.SignsFrom + options.RotateAfter - time.GetUtcNow()).TotalSeconds, new KeyValuePair<string, object?>("algorithm", algorithm));

    [LoggerMessage(LogLevel.Error, "{Alarm}")]
    private partial void Alarm(string alarm);

    [LoggerMessage(LogLevel.Warning, "The signing keys could not be looked at; trying again")]
    private partial void Failed(Exception exception);
}

/// <summary>What is wrong with the keys, in words for whoever is on duty.</summary>
internal static class KeyAlarm
{
    /// <summary>The alarm; null where there is none.</summary>
    /// <param name="ring">The keys when they were last looked at.</param>
    /// <param name="now">UTC.</param>
    /// <param name="options">When they are meant to change.</param>
    public static string? Of(KeyRing ring, DateTimeOffset now, SigningKeyOptions options) =>
        string.Join(" ", SigningAlgorithms.All.Select(algorithm => Of(algorithm, ring, now, options)).OfType<string>()) is { Length: > 0 } text ? text : null;

    private static string? Of(string algorithm, KeyRing ring, DateTimeOffset now, SigningKeyOptions options)
    {
        if (ring.Current(algorithm) is not { } current)
            return $"No key signs by {algorithm}.";
        var end = current.SignsFrom + options.RotateAfter;
        // The next one takes over by its time alone; an instance that has not looked since knows it as the next.
        if (ring.Next(algorithm) is not { } next)
            return now > end - options.AlarmBefore ? $"The {algorithm} key {current.Kid} ends at {end:u}, and none is published to follow it." : null;
        return now > end + options.PublishedBefore && next.SignsFrom > now
            ? $"The {algorithm} key {current.Kid} was to be replaced at {end:u}, and signs until {next.SignsFrom:u}."
            : null;
    }
}
