using Hutong.Contracts;
using MassTransit;

namespace Hutong.Messaging.Broker;

/// <summary>How a queue of ours is declared: the same wherever it is declared, or the broker refuses the second.</summary>
internal static class QueueSettings
{
    private const int DeliveryLimit = 1_000_000;

    public static void Apply(IRabbitMqReceiveEndpointConfigurator endpoint, Queue queue)
    {
        endpoint.SetQuorumQueue();
        // Newer brokers drop a message after 20 deliveries unless told otherwise; what cannot be applied is parked by us.
        endpoint.SetQueueArgument("x-delivery-limit", DeliveryLimit);
        // With one active consumer order survives several instances; the others take over when it goes.
        endpoint.SingleActiveConsumer = true;
        endpoint.ConfigureConsumeTopology = false;
        foreach (var message in queue.Families.SelectMany(f => f.Messages))
            endpoint.Bind(ExchangeOf(message));
    }

    private static string ExchangeOf(Type message) => $"{message.Namespace}:{message.Name}";
}
