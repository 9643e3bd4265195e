using Hutong.CommerceCard.Cards;
using Hutong.CommerceCard.Catalogue;
using Hutong.CommerceCard.Ladders;
using Hutong.CommerceCard.Ordering;
using Hutong.CommerceCard.Paying;
using Hutong.CommerceCard.Products;
using Hutong.CommerceCard.Shops;
using Hutong.CommerceCard.Stock;
using Hutong.EventStore;
using Hutong.Messaging;
using Hutong.Web;

namespace Hutong.CommerceCard;

/// <summary>What the slices are made of.</summary>
internal static class CommerceServices
{
    public static WebApplicationBuilder AddCommerce(this WebApplicationBuilder builder)
    {
        builder.AddProjection<ReputationProjection>();
        builder.AddPages();
        builder.Services.AddOptions<OrderingOptions>().BindConfiguration("Ordering").ValidateDataAnnotations().ValidateOnStart();
        builder.Services
            .AddSingleton<ProductLanes>()
            .AddSingleton<CardReader>()
            .AddSingleton<ProductQueries>()
            .AddSingleton<CatalogueCommands>()
            .AddSingleton<LadderCommands>()
            .AddSingleton<OrderCommands>()
            .AddSingleton<OrderQueries>()
            .AddSingleton<IPayments, SimulatedPayments>()
            .AddSingleton<Settlement>()
            .AddSingleton<PaymentCommands>()
            .AddHostedService<ExpireReservations>()
            .AddCors(cors => cors.AddPolicy(ShowCard.AnyOrigin, policy => policy
                .AllowAnyOrigin()
                .AllowAnyHeader()
                .WithMethods("GET", "POST")
                .WithExposedHeaders("ETag", "Content-Location")));
        return builder;
    }

    /// <summary>What the service listens to.</summary>
    public static void Consume(Consumption consume) => consume.From("commerce-card.feed")
        .Handle<Contracts.PostPublished, WhenPostPublished>()
        .Handle<Contracts.PostReposted, WhenPostReposted>();
}
