using System.Diagnostics.Metrics;
using Hutong.EventStore.Reading;
using Hutong.Testing;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace Hutong.Messaging.Tests;

/// <summary>The gauges are the process's, so nothing else may relay meanwhile.</summary>
[CollectionDefinition(DisableParallelization = true)]
public sealed class Alone;

[Collection<Alone>]
public sealed class LagSpecs(Servers servers)
{
    [Fact]
    public async Task A_relay_that_is_held_up_reports_how_far_it_is_behind()
    {
        await using var exchange = await Exchange.On(servers);
        await exchange.StartReceiver();
        var origin = await exchange.StartOrigin();
        await origin.Tick("a-1", 1);
        await Eventually.True(async () => await exchange.Effects() == 1);
        var gate = new Gate();
        origin.Services.GetRequiredService<IBus>().ConnectPublishObserver(gate);

        await origin.Tick("a-1", 30, first: 2);

        await Eventually.True(() => Lag() is { Events: 30, Seconds: > 0.3 });
        gate.Opened.SetResult();
        await Eventually.True(() => Lag() is { Events: 0, Seconds: 0 });
    }

    private static (long Events, double Seconds) Lag()
    {
        (long Events, double Seconds) lag = default;
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == LogTelemetry.MeterName)
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, value, _, _) => lag.Events = value);
        listener.SetMeasurementEventCallback<double>((_, value, _, _) => lag.Seconds = value);
        listener.Start();
        listener.RecordObservableInstruments();
        return lag;
    }

    private sealed class Gate : IPublishObserver
    {
        public TaskCompletionSource Opened { get; } = new();

        public Task PrePublish<T>(PublishContext<T> context) where T : class => Opened.Task;

        public Task PostPublish<T>(PublishContext<T> context) where T : class => Task.CompletedTask;

        public Task PublishFault<T>(PublishContext<T> context, Exception exception) where T : class => Task.CompletedTask;
    }
}
