using System.Collections.Concurrent;
using System.Diagnostics;
using MassTransit;
using MassTransit.RabbitMqTransport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Hutong.Messaging.Broker;

/// <summary>
/// Brings consumers back that a lost connection left for dead. MassTransit 8.4.0 has two ways of never consuming again
/// when messages end in the moment in which their channel does; both were seen under load:
/// <list type="number">
/// <item>An acknowledgement finds its channel gone, and the channel is closed from within the channel's own callback:
/// the close waits for the callback to return (MassTransit issue 6001, mended in 8.5.0).</item>
/// <item>Cancelling the messages in hand meets one that is just done, and throws: the rest of the shutdown is skipped,
/// and the endpoint goes on waiting for messages of a channel that is no more.</item>
/// </list>
/// Against the first, another exception takes the place of the one that leads there. Against the second, the bus is
/// started again when an endpoint neither came back nor tried to while the broker is there.
/// </summary>
internal sealed partial class ConsumerWatch(IServiceProvider services, BrokerProbe broker, ILogger<ConsumerWatch> log)
    : BackgroundService, IReceiveObserver, IReceiveEndpointObserver
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);

    /// <summary>Longer than MassTransit waits between two attempts to connect, which is 30 s at most.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(45);

    private readonly ConcurrentDictionary<Uri, Watched> endpoints = [];

    /// <summary>Remembers the channel by which an endpoint gets its messages.</summary>
    public Task PreReceive(ReceiveContext context)
    {
        if (context.TryGetPayload(out ChannelContext? channel)
            && (!endpoints.TryGetValue(context.InputAddress, out var watched) || watched.Channel != channel.Channel))
            endpoints[context.InputAddress] = new Watched(channel.Channel);
        return Task.CompletedTask;
    }

    public Task PostReceive(ReceiveContext context) => Task.CompletedTask;

    public Task PostConsume<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType) where T : class => Task.CompletedTask;

    public Task ConsumeFault<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType, Exception exception) where T : class =>
        Task.CompletedTask;

    /// <summary>Nothing is lost: the broker delivers again what was not acknowledged.</summary>
    public Task ReceiveFault(ReceiveContext context, Exception exception) =>
        exception is OperationInterruptedException or EndOfStreamException
            ? Task.FromException(new ConnectionException("The channel is gone; the broker delivers the message again.", exception))
            : Task.CompletedTask;

    /// <summary>It has a new channel.</summary>
    public Task Ready(ReceiveEndpointReady ready)
    {
        endpoints.TryRemove(ready.InputAddress, out _);
        return Task.CompletedTask;
    }

    /// <summary>It tried and will try again.</summary>
    public Task Faulted(ReceiveEndpointFaulted faulted)
    {
        if (endpoints.TryGetValue(faulted.InputAddress, out var watched))
            watched.Stirred();
        return Task.CompletedTask;
    }

    public Task Stopping(ReceiveEndpointStopping stopping) => Task.CompletedTask;

    public Task Completed(ReceiveEndpointCompleted completed) => Task.CompletedTask;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(LookEvery);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var dead = endpoints.Where(endpoint => endpoint.Value.SilentFor() > Patience).Select(endpoint => endpoint.Key).ToList();
            if (dead.Count == 0 || (await broker.CheckHealthAsync(new HealthCheckContext(), stoppingToken)).Status != HealthStatus.Healthy)
                continue;
            StartingAgain(dead[0].AbsolutePath);
            try
            {
                var bus = services.GetRequiredService<IBusControl>();
                await bus.StopAsync(Patience);
                await bus.StartAsync(stoppingToken);
                endpoints.Clear();
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                NotStarted(e);
            }
        }
    }

    [LoggerMessage(LogLevel.Error, "The consumer of {Endpoint} did not come back after its channel was lost; the bus is started again")]
    private partial void StartingAgain(string endpoint);

    [LoggerMessage(LogLevel.Error, "The bus could not be started again")]
    private partial void NotStarted(Exception exception);

    private sealed class Watched(IChannel channel)
    {
        private long silentSince;

        public IChannel Channel => channel;

        /// <summary>How long ago the channel was first seen closed, or its endpoint last tried to connect.</summary>
        public TimeSpan SilentFor()
        {
            if (channel.IsOpen)
                return TimeSpan.Zero;
            Interlocked.CompareExchange(ref silentSince, Stopwatch.GetTimestamp(), 0);
            return Stopwatch.GetElapsedTime(Volatile.Read(ref silentSince));
        }

        public void Stirred() => Volatile.Write(ref silentSince, Stopwatch.GetTimestamp());
    }
}
