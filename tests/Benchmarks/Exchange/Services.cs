using System.Text.Json.Serialization;
using Hutong.Contracts;
using Hutong.EventStore;
using Hutong.Messaging;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hutong.Benchmarks.Exchange;

/// <summary>What the sending service stores and publishes.</summary>
internal sealed record Clicked(Guid Click, Guid Person, string Product, Guid Post);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Clicked))]
internal sealed partial class ClickedJson : JsonSerializerContext;

/// <summary>A consumer whose effect is the inbox entry alone: what remains is what every consumer pays.</summary>
internal sealed class Nothing : IHandle<CardClicked>
{
    public Task<UnitOfWork> Handle(CardClicked message, Delivery delivery, CancellationToken cancellation) => Task.FromResult(UnitOfWork.Empty);
}

internal static class Services
{
    public const string Queue = "attribution.commerce";

    /// <summary>A service that publishes.</summary>
    public static IHost Sender(string database, Uri broker) => Build(database, broker, publish: true);

    /// <summary>A service that consumes.</summary>
    public static IHost Receiver(string database, Uri broker) => Build(database, broker, publish: false);

    private static IHost Build(string database, Uri broker, bool publish)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(
            [new("ConnectionStrings:Database", database), new("ConnectionStrings:Broker", broker.AbsoluteUri)]);
        builder.Logging.ClearProviders();
        builder.AddEventStore(new EventTypes().Map("clicked", ClickedJson.Default.Clicked), MessagingServices.Schema);
        if (publish)
            builder.AddMessaging(publish: published => published.On((Clicked e, StoredEvent stored) =>
                new CardClicked(e.Click, e.Person, e.Product, e.Post, "social", stored.Timestamp)));
        else
            builder.AddMessaging(consume: from => from.From(Queue).Handle<CardClicked, Nothing>());
        return builder.Build();
    }
}
