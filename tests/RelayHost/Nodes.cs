using Hutong.Contracts;
using Hutong.EventStore;
using Hutong.Messaging;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hutong.RelayHost;

/// <summary>Whole hosts as a service has them, without its HTTP side.</summary>
public static class Nodes
{
    /// <summary>The queue that the receivers consume unless told otherwise.</summary>
    public const string Commerce = "attribution.commerce";

    /// <summary>The queue of the other family.</summary>
    public const string Feed = "attribution.feed";

    private static readonly Meddle Nothing = (_, _, _) => Task.CompletedTask;

    /// <summary>Appends and relays.</summary>
    public static IHost Origin(string database, string broker, Action<IHostApplicationBuilder>? more = null) =>
        Build(database, broker, builder =>
        {
            builder.AddMessaging(Ticks.Publish);
            more?.Invoke(builder);
        });

    /// <summary>Consumes both queues.</summary>
    public static IHost Receiver(string database, string broker, Meddle? meddle = null) =>
        Build(database, broker, builder =>
        {
            builder.Services.AddSingleton(meddle ?? Nothing);
            builder.AddMessaging(consume: consume =>
            {
                consume.From(Commerce).Handle<CardClicked, WhenCardClicked>();
                consume.From(Feed).Handle<PostPublished, WhenPostPublished>();
            });
        });

    private static IHost Build(string database, string broker, Action<IHostApplicationBuilder> add)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ConnectionStrings:Database"] = database,
            ["ConnectionStrings:Broker"] = broker,
        });
        if (Environment.GetEnvironmentVariable("HUTONG_TEST_LOG") is { Length: > 0 } level)
            builder.Logging.SetMinimumLevel(Enum.Parse<LogLevel>(level)).AddSimpleConsole(console => console.SingleLine = true);
        builder.AddEventStore(Ticks.Types(), MessagingServices.Schema);
        add(builder);
        return builder.Build();
    }
}
