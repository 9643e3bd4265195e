using Hutong.Contracts;
using Hutong.EventStore;
using Hutong.Messaging;

namespace Hutong.SocialFeed.Authors;

/// <summary>Forgets an author.</summary>
internal sealed class WhenPersonErased(ErasingAuthors erasing) : IHandle<PersonErased>
{
    public Task<UnitOfWork> Handle(PersonErased message, Delivery delivery, CancellationToken cancellation) =>
        erasing.Erase(message.PersonId, message.ErasedAt, cancellation);
}
