namespace Hutong.CommerceCard.Ladders;

/// <summary>Everything under <c>/ladders</c>.</summary>
internal static class LadderEndpoints
{
    public static void Map(IEndpointRouteBuilder app)
    {
        var ladders = app.MapGroup("/ladders");
        PublishLadder.Map(ladders);
        ReadLadder.Map(ladders);
    }
}
