using Hutong.Messaging.Consuming;
using MassTransit;
using Microsoft.Extensions.Logging;

namespace Hutong.Messaging.Parking;

/// <summary>
/// The end of the road for a message that reached no consumer, in place of an <c>_error</c> and a <c>_skipped</c>
/// queue: it is parked as it came and acknowledged. If the host stops first, or
/// its predecessor has not come, the broker keeps it.
/// </summary>
internal sealed partial class ParkFilter(string queue, ParkedMessages parked, ILogger<ParkFilter> log)
    : IFilter<ExceptionReceiveContext>, IFilter<ReceiveContext>
{
    public void Probe(ProbeContext context) => context.CreateFilterScope("park");

    /// <summary>It could not be read, or lacks what every message of ours has.</summary>
    public async Task Send(ExceptionReceiveContext context, IPipe<ExceptionReceiveContext> next)
    {
        context.CancellationToken.ThrowIfCancellationRequested();
        if (context.Exception is GapException gap)
            throw gap;
        // The kind of failure; not the text of a foreign exception, which might quote data.
        await Park(context, context.Exception.GetBaseException().GetType().Name);
        Unreadable(queue, context.Exception);
        await next.Send(context);
    }

    /// <summary>No contract of this queue is among its types. An unreadable message comes here too, after it was parked.</summary>
    public async Task Send(ReceiveContext context, IPipe<ReceiveContext> next)
    {
        if (context.HasPayloadType(typeof(Done)))
            return;
        await Park(context, "no contract of this queue");
        Unknown(queue);
        await next.Send(context);
    }

    private Task<bool> Park(ReceiveContext context, string reason)
    {
        var message = Delivery.Incoming(queue, context);
        context.GetOrAddPayload(() => new Done());
        return Outage.Outlast(() => parked.Park(message, reason, context.CancellationToken), context.CancellationToken);
    }

    /// <summary>Marks a message as parked.</summary>
    private sealed class Done;

    [LoggerMessage(LogLevel.Error, "Queue {Queue}: a message that cannot be read is parked")]
    private partial void Unreadable(string queue, Exception exception);

    [LoggerMessage(LogLevel.Error, "Queue {Queue}: a message of another contract is parked")]
    private partial void Unknown(string queue);
}
