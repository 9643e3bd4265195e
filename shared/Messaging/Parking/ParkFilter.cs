using System.Text;
using MassTransit;
using Microsoft.Extensions.Logging;

namespace Hutong.Messaging.Parking;

/// <summary>
/// The endpoint's error pipe, in place of an <c>_error</c> queue: parks the message as it came and acknowledges it.
/// If parking fails or the host stops, the error is thrown on and the broker keeps the message.
/// </summary>
internal sealed partial class ParkFilter(string queue, ParkedMessages parked, ILogger<ParkFilter> log) : IFilter<ExceptionReceiveContext>
{
    public void Probe(ProbeContext context) => context.CreateFilterScope("park");

    public async Task Send(ExceptionReceiveContext context, IPipe<ExceptionReceiveContext> next)
    {
        if (context.Exception is OperationCanceledException && context.CancellationToken.IsCancellationRequested)
            throw new OperationCanceledException(context.CancellationToken);

        var headers = context.TransportHeaders;
        var messageId = context.GetMessageId() ?? Guid.CreateVersion7();
        await parked.Park(
            queue, messageId, Delivery.OrderKeyOf(headers), Delivery.VersionOf(headers),
            Encoding.UTF8.GetString(context.Body.GetBytes()), Reason(context.Exception), context.CancellationToken);
        Parked(queue, messageId, context.Exception);
        await next.Send(context);
    }

    /// <summary>The kind of failure and where; not the message text of a foreign exception, which might quote data.</summary>
    private static string Reason(Exception e) => e is Consuming.OutOfOrderException ? e.Message : e.GetBaseException().GetType().Name;

    [LoggerMessage(LogLevel.Error, "Queue {Queue}: message {MessageId} is parked; mend the cause, then replay")]
    private partial void Parked(string queue, Guid messageId, Exception exception);
}
