using MassTransit;
using RabbitMQ.Client.Exceptions;

namespace Hutong.Messaging.Broker;

/// <summary>
/// Keeps a consumer that outlives its connection from blocking the next one. When an acknowledgement finds its channel
/// gone, MassTransit 8.4.0 closes that channel from within the channel's own callback; the close waits for the callback
/// to return, and the endpoint never connects again (MassTransit issue 6001, mended in 8.5.0). Another exception in the
/// place of the one that it acts upon ends the callback.
/// </summary>
internal sealed class LostChannels : IReceiveObserver
{
    public Task PreReceive(ReceiveContext context) => Task.CompletedTask;

    public Task PostReceive(ReceiveContext context) => Task.CompletedTask;

    public Task PostConsume<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType) where T : class => Task.CompletedTask;

    public Task ConsumeFault<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType, Exception exception) where T : class =>
        Task.CompletedTask;

    /// <summary>Nothing is lost: the broker delivers again what was not acknowledged.</summary>
    public Task ReceiveFault(ReceiveContext context, Exception exception) =>
        exception is OperationInterruptedException or EndOfStreamException
            ? Task.FromException(new ConnectionException("The channel is gone; the broker delivers the message again.", exception))
            : Task.CompletedTask;
}
