using Hutong.EventStore;
using Hutong.EventStore.PersonalData;
using Hutong.EventStore.PersonalData.Rotation;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace Hutong.Gateway.Keys;

/// <summary>
/// Makes the first Data Protection key, once over all instances. Left to themselves, instances that start together on an
/// empty database would each make one, and for a while not know each other's.
/// </summary>
internal sealed partial class KeyRing(
    NpgsqlDataSource database, SchemaReady schema, IKeyManager keys, TimeProvider time, ILogger<KeyRing> log) : BackgroundService, IHealthCheck
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(90);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private const string LockSql = "select pg_advisory_xact_lock(7230173130)";

    private volatile bool isReady;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(isReady ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("The key ring is not there yet."));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await schema.Wait(stoppingToken);
        while (!isReady)
        {
            try
            {
                await MakeFirst(stoppingToken);
                isReady = true;
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException)
            {
                NotYet(e.GetType().Name);
                await Task.Delay(RetryAfter, time, stoppingToken);
            }
        }
    }

    private async Task MakeFirst(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var locked = new NpgsqlCommand(LockSql, connection);
        await locked.ExecuteNonQueryAsync(cancellation);
        if (keys.GetAllKeys().Count == 0)
            keys.CreateNewKey(time.GetUtcNow(), time.GetUtcNow() + Lifetime);
        await transaction.CommitAsync(cancellation);
    }

    [LoggerMessage(LogLevel.Warning, "The key ring cannot be read yet ({Reason})")]
    private partial void NotYet(string reason);
}

/// <summary>Registers Data Protection with its keys in the gateway's database.</summary>
internal static class KeyRingServices
{
    /// <summary>Call last: pages and the proxy bring Data Protection along, with its start-up step.</summary>
    public static void AddKeyRing(this WebApplicationBuilder builder)
    {
        builder.AddKeyEncryption();
        var services = builder.Services;
        services.AddSingleton<IWrappedSecrets, WrappedKeyRing>();
        services.AddDataProtection().SetApplicationName("hutong-gateway");
        // Its own start-up step reads the keys before the schema is there, and logs an error; KeyRing reads them after.
        services.Remove(services.Single(s => s.ImplementationType?.Name == "DataProtectionHostedService"));
        services.AddSingleton<KeyRows>();
        services.AddOptions<KeyManagementOptions>().Configure<KeyRows, KeyEncryption>((options, rows, encryption) =>
        {
            options.XmlRepository = rows;
            options.XmlEncryptor = new KeyWrapping(encryption);
        });
        services.AddSingleton<KeyRing>();
        services.AddHostedService(provider => provider.GetRequiredService<KeyRing>());
        services.AddHealthChecks().AddCheck<KeyRing>("key ring", tags: ["ready"]);
    }
}
