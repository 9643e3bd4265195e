using Hutong.EventStore;

namespace Hutong.CommerceCard.Shops;

/// <summary>A shop exists: somebody imported a catalogue. Stored as <c>shop_opened</c>.</summary>
/// <param name="ShopId">The shop. A person's first shop has the person's id.</param>
/// <param name="OwnerId">The person who runs it.</param>
public sealed record ShopOpened(Guid ShopId, Guid OwnerId, DateTimeOffset OpenedAt);

/// <summary>A shop: stream <c>shop-{id}</c>.</summary>
internal static class Shop
{
    /// <summary>The shop of the person who calls. Every signed-in person may run one.</summary>
    public static Guid Of(Guid personId) => personId;

    public static string StreamOf(Guid shopId) => $"shop-{shopId}";

    /// <summary>Opens the shop on its first use; a conflict means that it is open.</summary>
    public static async Task Open(IEventStore store, Guid shopId, Guid ownerId, DateTimeOffset now, CancellationToken cancellation)
    {
        if ((await store.ReadStream(StreamOf(shopId), new ReadUntil(ToVersion: 1), cancellation)).Version == 0)
            await store.Commit(UnitOfWork.Append(StreamOf(shopId), Expected.None, new ShopOpened(shopId, ownerId, now)), cancellation);
    }
}
