using System.Text.Json.Serialization;
using Hutong.Contracts;
using Hutong.EventStore;
using Hutong.Messaging;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Hutong.Testing;

/// <summary>
/// Stands where the services do whose messages a service under test hears: a log of its own, relayed to the broker by the real
/// relay. Its events are the contracts themselves.
/// </summary>
public sealed class Neighbours : IAsyncDisposable
{
    private static readonly EventTypes Types = new EventTypes()
        .Map("registered", NeighbourJson.Default.PersonRegistered)
        .Map("linked", NeighbourJson.Default.AccountLinked)
        .Map("unlinked", NeighbourJson.Default.AccountUnlinked)
        .Map("merged", NeighbourJson.Default.PersonsMerged)
        .Map("split", NeighbourJson.Default.PersonsSplit)
        .Map("erased", NeighbourJson.Default.PersonErased)
        .Map("published", NeighbourJson.Default.PostPublished)
        .Map("reposted", NeighbourJson.Default.PostReposted)
        .Map("clicked", NeighbourJson.Default.CardClicked)
        .Map("confirmed", NeighbourJson.Default.OrderConfirmed);

    private readonly IHost host;

    private Neighbours(IHost host) => this.host = host;

    public static async Task<Neighbours> Start(Servers servers, string broker)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ConnectionStrings:Database"] = await servers.NewDatabase(),
            ["ConnectionStrings:Broker"] = broker,
        });
        builder.AddEventStore(Types, MessagingServices.Schema);
        builder.AddMessaging(publish => publish
            .On<PersonRegistered, PersonRegistered>((e, _) => e)
            .On<AccountLinked, AccountLinked>((e, _) => e)
            .On<AccountUnlinked, AccountUnlinked>((e, _) => e)
            .On<PersonsMerged, PersonsMerged>((e, _) => e)
            .On<PersonsSplit, PersonsSplit>((e, _) => e)
            .On<PersonErased, PersonErased>((e, _) => e)
            .On<PostPublished, PostPublished>((e, _) => e)
            .On<PostReposted, PostReposted>((e, _) => e)
            .On<CardClicked, CardClicked>((e, _) => e)
            .On<OrderConfirmed, OrderConfirmed>((e, _) => e));
        var host = builder.Build();
        await host.StartAsync();
        await host.Services.GetRequiredService<SchemaReady>().Wait(default);
        return new Neighbours(host);
    }

    /// <summary>Something happened over there.</summary>
    public async Task Say(params IReadOnlyList<object> events)
    {
        var store = host.Services.GetRequiredService<IEventStore>();
        foreach (var e in events)
        {
            if (await store.Commit(UnitOfWork.Append(StreamOf(e), Expected.Any, e)) is not CommitResult.Committed)
                throw new InvalidOperationException($"{e.GetType().Name} could not be said.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        await ((IAsyncDisposable)host).DisposeAsync();
    }

    private static string StreamOf(object e) => e switch
    {
        PersonRegistered p => $"person-{p.PersonId}",
        AccountLinked a => $"person-{a.PersonId}",
        AccountUnlinked a => $"person-{a.PersonId}",
        PersonsMerged p => $"person-{p.PersonId}",
        PersonsSplit p => $"person-{p.PersonId}",
        PersonErased p => $"person-{p.PersonId}",
        PostPublished p => $"post-{p.PostId}",
        PostReposted p => $"post-{p.PostId}",
        CardClicked c => $"click-{c.ClickId}",
        OrderConfirmed o => $"order-{o.OrderId}",
        _ => throw new ArgumentOutOfRangeException(nameof(e)),
    };
}

[JsonSerializable(typeof(PersonRegistered))]
[JsonSerializable(typeof(AccountLinked))]
[JsonSerializable(typeof(AccountUnlinked))]
[JsonSerializable(typeof(PersonsMerged))]
[JsonSerializable(typeof(PersonsSplit))]
[JsonSerializable(typeof(PersonErased))]
[JsonSerializable(typeof(PostPublished))]
[JsonSerializable(typeof(PostReposted))]
[JsonSerializable(typeof(CardClicked))]
[JsonSerializable(typeof(OrderConfirmed))]
internal sealed partial class NeighbourJson : JsonSerializerContext;
