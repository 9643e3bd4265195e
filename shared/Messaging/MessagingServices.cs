using System.Reflection;
using Hutong.Contracts;
using Hutong.EventStore.CommandLine;
using Hutong.Messaging.Broker;
using Hutong.Messaging.Consuming;
using Hutong.Messaging.Parking;
using Hutong.Messaging.Publishing;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hutong.Messaging;

/// <summary>Registers a service's part in the exchange of events.</summary>
public static class MessagingServices
{
    /// <summary>Messages a consumer holds unacknowledged: what a key's turn and a gap can look over.</summary>
    private const int Prefetch = 64;

    /// <summary>Messages of different keys applied at once by one queue: each needs a connection.</summary>
    private const int SideBySide = 8;

    /// <summary>How long a stopping consumer may take to finish what it has: less than the bus, which is less than the host.</summary>
    private static readonly TimeSpan ConsumerStop = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan BusStop = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan HostStop = TimeSpan.FromSeconds(25);

    /// <summary>The assembly that holds this layer's schema scripts.</summary>
    public static Assembly Schema => typeof(MessagingServices).Assembly;

    /// <summary>
    /// Adds the bus, the topology, the relay of what <paramref name="publish"/> maps and the queues that
    /// <paramref name="consume"/> names. Start-up works with the broker down; it is used when it comes.
    /// </summary>
    public static IHostApplicationBuilder AddMessaging(
        this IHostApplicationBuilder builder, Action<PublishedEvents>? publish = null, Action<Consumption>? consume = null)
    {
        var services = builder.Services;
        var broker = BrokerAddress.From(builder.Configuration);
        var published = new PublishedEvents();
        publish?.Invoke(published);
        var consumption = new Consumption(services);
        consume?.Invoke(consumption);

        services.AddSingleton(broker);
        services.AddSingleton(published);
        services.AddSingleton<TopologyDeployment>();
        services.AddHostedService(provider => provider.GetRequiredService<TopologyDeployment>());
        services.AddSingleton<ParkedMessages>();
        services.AddSingleton<MessageDispatcher>();
        services.AddSingleton<Replay>();
        services.AddSingleton<IServiceCommand, ReplayCommand>();
        services.AddSingleton<BrokerProbe>();
        services.AddHealthChecks().AddCheck<BrokerProbe>("broker", tags: ["ready"]);
        services.AddSingleton<ConsumerWatch>();
        services.AddHostedService(provider => provider.GetRequiredService<ConsumerWatch>());
        services.AddReceiveObserver(provider => provider.GetRequiredService<ConsumerWatch>());
        services.AddReceiveEndpointObserver(provider => provider.GetRequiredService<ConsumerWatch>());
        services.AddMassTransit(bus => bus.UsingRabbitMq((context, cfg) =>
        {
            cfg.Host(broker.Uri);
            // 500 first publishes of a type at once hung MassTransit 8 for ever; with the exchanges there, they run.
            cfg.DeployPublishTopology = true;
            foreach (var message in Topology.Families.SelectMany(f => f.Messages))
                cfg.Publish(message, _ => { });
            foreach (var queue in consumption.Queues)
                cfg.ReceiveEndpoint(queue.Queue.Name, endpoint => Configure(endpoint, queue, context));
        }));
        services.Configure<MassTransitHostOptions>(options =>
        {
            options.WaitUntilStarted = false;
            options.StopTimeout = BusStop;
            options.ConsumerStopTimeout = ConsumerStop;
        });
        services.Configure<HostOptions>(options => options.ShutdownTimeout = HostStop);
        if (published.EventTypes.Count > 0)
            services.AddHostedService<Relay>();
        return builder;
    }

    /// <summary>Applies parked messages again: all, or those of one queue or key. See <see cref="ReplayResult"/>.</summary>
    public static Task<ReplayResult> ReplayParked(
        this IServiceProvider services, string? queue = null, string? orderKey = null, CancellationToken cancellation = default) =>
        services.GetRequiredService<Replay>().Run(queue, orderKey, cancellation);

    private static void Configure(IRabbitMqReceiveEndpointConfigurator endpoint, QueueHandlers queue, IBusRegistrationContext context)
    {
        QueueSettings.Apply(endpoint, queue.Queue);
        endpoint.PrefetchCount = Prefetch;
        endpoint.PublishFaults = false;
        var park = new ParkFilter(
            queue.Queue.Name, context.GetRequiredService<ParkedMessages>(), context.GetRequiredService<ILogger<ParkFilter>>());
        endpoint.ConfigureError(pipe => pipe.UseFilter(park));
        endpoint.ConfigureDeadLetter(pipe => pipe.UseFilter(park));
        // Shared by all contracts of the queue: messages of one key wait for each other whatever their type.
        object[] shared = [new KeyTurns(new SemaphoreSlim(SideBySide)), new Gaps()];
        foreach (var message in queue.Messages)
            ConsumeMethod.MakeGenericMethod(message).Invoke(null, [endpoint, queue.Queue.Name, shared, context]);
    }

    private static readonly MethodInfo ConsumeMethod =
        typeof(MessagingServices).GetMethod(nameof(Consume), BindingFlags.NonPublic | BindingFlags.Static)!;

    private static void Consume<TMessage>(
        IRabbitMqReceiveEndpointConfigurator endpoint, string queue, object[] shared, IServiceProvider services) where TMessage : class =>
        endpoint.Instance(ActivatorUtilities.CreateInstance<QueueConsumer<TMessage>>(services, [queue, .. shared]));
}

/// <summary>The queues a service consumes.</summary>
public sealed class Consumption
{
    private readonly IServiceCollection services;
    private readonly List<QueueHandlers> queues = [];

    internal Consumption(IServiceCollection services) => this.services = services;

    internal IReadOnlyList<QueueHandlers> Queues => queues;

    /// <summary>Consumes a queue of the topology.</summary>
    /// <exception cref="ArgumentException">The topology has no such queue.</exception>
    public QueueHandlers From(string queue)
    {
        var handlers = new QueueHandlers(
            Topology.Queues.FirstOrDefault(q => q.Name == queue) ?? throw new ArgumentException($"The topology has no queue {queue}."),
            services);
        queues.Add(handlers);
        return handlers;
    }
}
