using Hutong.Attribution.Crediting;
using Hutong.Contracts;
using Hutong.EventStore;
using Hutong.Messaging;

namespace Hutong.Attribution.Touches;

/// <summary>A click is a touch. One that arrives after the order it led to has that order's credit stated anew.</summary>
internal sealed class WhenCardClicked(CreditingOrders crediting) : IHandle<CardClicked>
{
    public Task<UnitOfWork> Handle(CardClicked message, Delivery delivery, CancellationToken cancellation) => crediting.Click(
        new ClickRecorded(message.ClickId, message.PersonId, message.ProductId, message.ViaPostId, message.Channel, message.ClickedAt),
        cancellation);
}
