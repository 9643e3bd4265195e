using System.Security.Claims;
using System.Text;
using System.Text.Json;
using Hutong.CommerceCard.Products;
using Hutong.CommerceCard.Shops;
using Hutong.EventStore;
using Hutong.EventStore.Commands;
using Hutong.ServiceDefaults.Authentication;
using Hutong.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace Hutong.CommerceCard.Ladders;

/// <summary>A ladder to publish.</summary>
/// <param name="ProductId">A product of the caller's shop.</param>
/// <param name="Steps">In order: each needs more reposts and lowers the price.</param>
/// <param name="FloorMinor">The ladder never takes the price below this.</param>
public sealed record PublishLadderRequest(string? ProductId, IReadOnlyList<LadderStep>? Steps, long? FloorMinor);

/// <summary>
/// <c>POST /ladders</c>, with <c>Idempotency-Key</c>; <c>If-Match</c> may name the version of the product
/// (<c>GET /products/{id}</c>) that the steps were made for.
/// </summary>
internal static class PublishLadder
{
    public static void Map(IEndpointRouteBuilder ladders) => ladders.MapPost("", Publish).RequireAuthorization();

    private static async Task<Results<Created<LadderView>, ProblemHttpResult>> Publish(
        PublishLadderRequest request, HttpRequest http, ClaimsPrincipal caller, LadderCommands commands, ProblemTable problems,
        CancellationToken cancellation)
    {
        var key = http.IdempotencyKey();
        if (!key.Succeeded)
            return problems.Answer(key.Rejection);
        var outcome = await commands.Publish(caller.PersonId(), request, http.CheckIfMatch, key.Value, cancellation);
        return outcome.Succeeded
            ? TypedResults.Created($"/ladders/{request.ProductId}", outcome.Value)
            : problems.Answer(outcome.Rejection);
    }
}

/// <summary>Publishes ladders.</summary>
internal sealed class LadderCommands(IdempotentCommands commands, NpgsqlDataSource database, IEventStore store, TimeProvider time)
{
    public async Task<Outcome<LadderView>> Publish(
        Guid personId, PublishLadderRequest request, Func<long, Rejection?> checkVersion, string key, CancellationToken cancellation)
    {
        if (request.ProductId is not { Length: > 0 and <= 50 } productId)
            return new Rejection(CommerceProblems.ProductUnknown);
        if (request is not { Steps: { } steps, FloorMinor: { } floor })
            return new Rejection(CommerceProblems.LadderInvalid);
        var asked = $"{productId}|{floor}|{string.Join(',', steps.Select(s => $"{s.Reposts}:{s.PriceMinor}"))}";
        return await commands.Run(
            new IdempotentRequest($"ladder:{personId}", key, Encoding.UTF8.GetBytes(asked)),
            CommerceJson.Default.LadderView,
            async token =>
            {
                var loaded = await Streams.Products.Load(database, store, productId, token);
                if (loaded.State is not { } product)
                    return new Rejection(CommerceProblems.ProductUnknown);
                if (checkVersion(loaded.Version) is { } stale)
                    return stale;
                var published = product.PublishLadder(Shop.Of(personId), new Ladder(steps, floor), time.GetUtcNow());
                if (!published.Succeeded)
                    return published.Rejection;
                var work = UnitOfWork.Empty with { Headers = new EventHeaders(Actor: personId.ToString()) };
                return new Decision<LadderView>(
                    LadderView.Of(Product.Fold.Evolve(product, published.Value)!, 0)!,
                    Streams.Products.Advance(work, loaded, published.Value));
            },
            cancellation);
    }
}
