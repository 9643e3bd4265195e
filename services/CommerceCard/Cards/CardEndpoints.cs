namespace Hutong.CommerceCard.Cards;

/// <summary>Everything under <c>/cards</c>: open to any origin, without credentials.</summary>
internal static class CardEndpoints
{
    public static void Map(IEndpointRouteBuilder app)
    {
        var cards = app.MapGroup("/cards").RequireCors(ShowCard.AnyOrigin);
        ShowCard.Map(cards);
        LiveCards.Map(cards);
        ClickCard.Map(cards);
    }
}
