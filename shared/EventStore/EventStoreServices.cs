using System.Reflection;
using Hutong.EventStore.CommandLine;
using Hutong.EventStore.Commands;
using Hutong.EventStore.PersonalData;
using Hutong.EventStore.PersonalData.Erasures;
using Hutong.EventStore.PersonalData.Rotation;
using Hutong.EventStore.Postgres;
using Hutong.EventStore.Reading;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Hutong.EventStore;

/// <summary>Registers the event store in a service.</summary>
public static class EventStoreServices
{
    /// <summary>
    /// Adds the service's database (<c>ConnectionStrings:Database</c>), its schema (the event tables, then the scripts
    /// embedded in <paramref name="scripts"/>, in that order), the event store, the command runner, the high-water mark and live tail.
    /// </summary>
    public static IHostApplicationBuilder AddEventStore(this IHostApplicationBuilder builder, EventTypes types, params IReadOnlyList<Assembly> scripts)
    {
        builder.AddDatabase([typeof(EventStoreServices).Assembly, .. scripts]);
        var services = builder.Services;
        services.AddSingleton(types);
        services.AddSingleton<AppendSignal>();
        services.AddSingleton<PostgresEventStore>();
        services.AddSingleton<IEventStore>(provider => new GroupingEventStore(provider.GetRequiredService<PostgresEventStore>()));
        services.AddSingleton<CommandRunner>();
        services.AddSingleton<IdempotentCommands>();
        AddHosted<OldAnswers>(services);
        AddHosted<HighWaterMark>(services);
        AddHosted<LiveTail>(services);
        return builder;
    }

    /// <summary>Adds a database with a schema but no event streams: the gateway's sessions.</summary>
    /// <param name="builder">The host.</param>
    /// <param name="scripts">Assemblies whose embedded scripts make the schema, in order.</param>
    public static IHostApplicationBuilder AddDatabase(this IHostApplicationBuilder builder, params IReadOnlyList<Assembly> scripts)
    {
        var services = builder.Services;
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(_ => DataSource(builder.Configuration));
        services.AddSingleton<SchemaReady>();
        services.AddSingleton(scripts);
        services.AddHostedService<SchemaInstaller>();
        return builder;
    }

    /// <summary>Adds the persons' data keys, and what <see cref="AddKeyEncryption"/> does.</summary>
    public static IHostApplicationBuilder AddPersonKeys(this IHostApplicationBuilder builder)
    {
        builder.AddKeyEncryption();
        builder.AddWrappedSecrets<Guid>("person_key", "person_id", "wrapped_key", person => person.ToByteArray());
        builder.Services.AddSingleton<PersonKeys>();
        return builder;
    }

    /// <summary>
    /// Adds the wrapping of secrets by the key-encryption keys of section <c>Keys</c>, and their rotation: see
    /// <see cref="KeyRotation"/>, and the command <c>keys</c>.
    /// </summary>
    public static IHostApplicationBuilder AddKeyEncryption(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<KeyOptions>()
            .BindConfiguration("Keys")
            .ValidateDataAnnotations()
            .Validate(
                keys => keys is { Current: not null, KeyEncryptionKeys: not null } && keys.KeyEncryptionKeys.ContainsKey(keys.Current),
                "Keys:Current names a key that is not under Keys:KeyEncryptionKeys.")
            .Validate(
                keys => keys.KeyEncryptionKeys?.Values.All(IsKey) != false && (keys.IdentifierHashKey is null || IsKey(keys.IdentifierHashKey)),
                "Each of Keys:KeyEncryptionKeys, and Keys:IdentifierHashKey, is base64 of 32 bytes.")
            .ValidateOnStart();
        builder.Services.AddSingleton<KeyEncryption>();
        AddHosted<KeyRotation>(builder.Services);
        builder.Services.AddSingleton<IServiceCommand, KeysCommand>();
        builder.Services.AddHealthChecks().AddCheck<KeyRotation>("keys", tags: ["ready"]);
        return builder;
    }

    /// <summary>Tells the rotation of secrets that lie wrapped in a table, see <see cref="WrappedRows{TKey}"/>.</summary>
    public static IHostApplicationBuilder AddWrappedSecrets<TKey>(
        this IHostApplicationBuilder builder, string table, string key, string secret, Func<TKey, byte[]> bound) where TKey : notnull
    {
        builder.Services.AddSingleton<IWrappedSecrets>(provider =>
            new WrappedRows<TKey>(provider.GetRequiredService<KeyEncryption>(), table, key, secret, bound));
        return builder;
    }

    /// <summary>Adds the command <c>replay-erasures</c> for a copy of the service's data that was restored.</summary>
    public static IHostApplicationBuilder AddErasureReplay<TReplay>(this IHostApplicationBuilder builder) where TReplay : class, IReplayErasures
    {
        builder.Services.AddSingleton<IReplayErasures, TReplay>();
        builder.Services.AddSingleton<IServiceCommand, ReplayErasures>();
        return builder;
    }

    /// <summary>Adds an asynchronous projection and its runner.</summary>
    public static IHostApplicationBuilder AddProjection<TProjection>(this IHostApplicationBuilder builder) where TProjection : class, IProjection
    {
        builder.Services.AddSingleton<TProjection>();
        builder.Services.AddSingleton<IHostedService>(provider => ActivatorUtilities.CreateInstance<ProjectionRunner>(
            provider, provider.GetRequiredService<TProjection>()));
        return builder;
    }

    private static void AddHosted<T>(IServiceCollection services) where T : class, IHostedService
    {
        services.AddSingleton<T>();
        services.AddHostedService(provider => provider.GetRequiredService<T>());
    }

    private static NpgsqlDataSource DataSource(IConfiguration configuration)
    {
        var connection = new NpgsqlConnectionStringBuilder(
            configuration.GetConnectionString("Database")
            ?? throw new InvalidOperationException("ConnectionStrings:Database is not set."))
        {
            // Every statement of ours is a constant, so each is planned once per connection.
            MaxAutoPrepare = 100,
            AutoPrepareMinUsages = 2,
        };
        if (string.IsNullOrEmpty(connection.Options))
            connection.Options = "-c idle_in_transaction_session_timeout=30000";
        return new NpgsqlDataSourceBuilder(connection.ConnectionString).Build();
    }

    private static bool IsKey(string base64) =>
        Convert.TryFromBase64String(base64, new byte[PersonKey.KeyBytes + 3], out var written) && written == PersonKey.KeyBytes;
}
