using System.Security.Claims;
using Hutong.EventStore;
using Hutong.EventStore.Commands;
using Hutong.ServiceDefaults.Authentication;
using Hutong.ServiceDefaults.Problems;
using Hutong.Web;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace Hutong.CommerceCard.Cards;

/// <summary>Somebody followed a card to the shop. Stored as <c>card_clicked</c>, on a stream of its own: <c>click-{id}</c>.</summary>
/// <param name="PersonId">Who; null for a visitor.</param>
/// <param name="ViaPostId">The post or repost whose card it was; null outside a post.</param>
/// <param name="Channel">Where the card stood: <c>social</c>, <c>embed</c> or <c>shop</c>.</param>
public sealed record CardClicked(
    Guid ClickId, Guid? PersonId, string ProductId, Guid? ViaPostId, string Channel, DateTimeOffset ClickedAt);

/// <summary>A click that was recorded.</summary>
/// <param name="ClickId">The click.</param>
/// <param name="Buy">Where it leads: the product in the shop.</param>
public sealed record ClickView(Guid ClickId, string Buy);

/// <summary>A click as JSON.</summary>
public sealed record ClickRequest(Guid? ViaPostId = null, string? Channel = null);

/// <summary>
/// <c>POST /cards/{product}/clicks</c>: "go buy". Anybody may, signed in or not. A form (<c>via</c>, <c>channel</c>) is
/// led on to the product, as a browser without script needs; whoever accepts JSON gets 201.
/// </summary>
internal static class ClickCard
{
    private static readonly string[] Channels = ["social", "embed", "shop"];

    public static void Map(IEndpointRouteBuilder cards) => cards.MapPost("/{productId}/clicks", Click);

    private static async Task<Results<Created<ClickView>, RedirectHttpResult, ProblemHttpResult>> Click(
        string productId, HttpContext http, ClaimsPrincipal caller, IEventStore store, NpgsqlDataSource database,
        SiteAddresses sites, ProblemTable problems, TimeProvider time, CancellationToken cancellation)
    {
        var request = await Read(http.Request, cancellation);
        var channel = request.Channel ?? "embed";
        if (!Channels.Contains(channel))
            return problems.Answer(new Rejection(CommerceProblems.ChannelUnknown));
        if (!(await Streams.Products.Load(database, store, productId, cancellation)).Exists)
            return problems.Answer(new Rejection(CommerceProblems.ProductUnknown));

        var person = caller.FindPersonId();
        var clicked = new CardClicked(Guid.CreateVersion7(), person, productId, request.ViaPostId, channel, time.GetUtcNow());
        var work = UnitOfWork.Append($"click-{clicked.ClickId}", Expected.None, clicked);
        await store.Commit(work with { Headers = new EventHeaders(Actor: person?.ToString()) }, cancellation);

        var via = clicked.ViaPostId is { } post ? $"?via={post}" : "";
        var buy = $"{sites.Shop}/products/{productId}{via}";
        return http.Request.HasFormContentType && ShowCard.PrefersHtml(http.Request)
            ? TypedResults.Redirect(buy)
            : TypedResults.Created((string?)null, new ClickView(clicked.ClickId, buy));
    }

    /// <exception cref="BadHttpRequestException">Neither a form nor JSON that can be read.</exception>
    private static async Task<ClickRequest> Read(HttpRequest request, CancellationToken cancellation)
    {
        if (request.HasFormContentType)
        {
            var form = await request.ReadFormAsync(cancellation);
            var via = form["via"].ToString();
            Guid post = default;
            if (via.Length > 0 && !Guid.TryParse(via, out post))
                throw new BadHttpRequestException("via is not a post's id.");
            return new ClickRequest(via.Length > 0 ? post : null, form["channel"].ToString() is { Length: > 0 } channel ? channel : null);
        }
        if (request.ContentLength is null or 0 && request.ContentType is null)
            return new ClickRequest();
        try
        {
            return await request.ReadFromJsonAsync<ClickRequest>(cancellation) ?? new ClickRequest();
        }
        catch (System.Text.Json.JsonException e)
        {
            throw new BadHttpRequestException("The body is not the JSON of a click.", e);
        }
        catch (InvalidOperationException e)
        {
            throw new BadHttpRequestException("Send a form or JSON.", StatusCodes.Status415UnsupportedMediaType, e);
        }
    }
}
