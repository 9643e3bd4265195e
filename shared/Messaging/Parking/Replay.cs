using System.Diagnostics;
using System.Reflection;
using System.Text.Json;
using Hutong.Contracts;
using Hutong.EventStore;
using Hutong.Messaging.Consuming;

namespace Hutong.Messaging.Parking;

/// <summary>What a replay came to.</summary>
/// <param name="Applied">Messages applied and taken off the table.</param>
/// <param name="Remaining">Messages that stay: the first of their key failed again, or waits behind one that did.</param>
public sealed record ReplayResult(int Applied, int Remaining);

/// <summary>
/// Applies parked messages in order, through the same handlers as the live consumer. A key stops at its first
/// failure; other keys go on. Taking a message off the table is part of its effect's transaction.
/// </summary>
internal sealed class Replay(ParkedMessages parked, MessageDispatcher dispatcher)
{
    private const int Page = 10_000;

    private static readonly MethodInfo ApplyMethod =
        typeof(Replay).GetMethod(nameof(Apply), BindingFlags.NonPublic | BindingFlags.Instance)!;

    private static readonly Dictionary<string, Type> Contracts = Topology.Families
        .SelectMany(f => f.Messages)
        .ToDictionary(m => $"urn:message:{m.Namespace}:{m.Name}", StringComparer.Ordinal);

    public async Task<ReplayResult> Run(string? queue, string? orderKey, CancellationToken cancellation)
    {
        var applied = 0;
        int before;
        int remaining;
        do
        {
            before = applied;
            remaining = 0;
            foreach (var key in await parked.Keys(queue, orderKey, cancellation))
            {
                var (now, left) = await RunKey(key.Queue, key.OrderKey, cancellation);
                applied += now;
                remaining += left;
            }
            // A consumer parks behind a parked message until the last moment: look again while something moves.
        } while (applied > before);
        return new ReplayResult(applied, remaining);
    }

    private async Task<(int Applied, int Remaining)> RunKey(string queue, string? orderKey, CancellationToken cancellation)
    {
        var messages = await parked.List(queue, orderKey, Page, cancellation);
        var applied = 0;
        foreach (var message in messages)
        {
            if (await TryApply(message, cancellation))
                applied++;
            else if (orderKey is not null)
                break;
        }
        return (applied, messages.Count - applied);
    }

    private async Task<bool> TryApply(ParkedMessage message, CancellationToken cancellation)
    {
        try
        {
            var envelope = JsonSerializer.Deserialize<Envelope>(message.Envelope, JsonSerializerOptions.Web)
                ?? throw new JsonException("The envelope is null.");
            var type = envelope.MessageType.Select(Contracts.GetValueOrDefault).FirstOrDefault(t => t is not null)
                ?? throw new NotSupportedException("The message's contract is not known here.");
            return await (Task<bool>)ApplyMethod.MakeGenericMethod(type).Invoke(this, [message, envelope, cancellation])!;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            await parked.Park(
                new IncomingMessage(message.Queue, message.MessageId, message.OrderKey, message.Version, message.Envelope),
                e.GetBaseException().GetType().Name,
                cancellation);
            return false;
        }
    }

    private async Task<bool> Apply<TMessage>(ParkedMessage parkedMessage, Envelope envelope, CancellationToken cancellation) where TMessage : class
    {
        var message = envelope.Message.Deserialize<TMessage>(JsonSerializerOptions.Web) ?? throw new JsonException("The message is null.");
        var delivery = Delivery.Of(parkedMessage.MessageId, envelope.Headers);
        using var activity = MessagingTelemetry.Source.StartActivity(
            $"replay {typeof(TMessage).Name}", ActivityKind.Consumer, Delivery.TraceParentOf(envelope.Headers));
        var remove = ParkedMessages.Remove(parkedMessage.Queue, parkedMessage.MessageId);
        switch (await dispatcher.Dispatch(parkedMessage.Queue, message, delivery, [remove], cancellation))
        {
            case CommitResult.Committed:
                return true;
            case CommitResult.AlreadyHandled:
                await parked.Forget(remove, cancellation);
                return true;
            default:
                return false;
        }
    }

    /// <summary>The parts of MassTransit's JSON envelope that a replay needs.</summary>
    private sealed record Envelope(string[] MessageType, JsonElement Message, Dictionary<string, JsonElement> Headers);
}
