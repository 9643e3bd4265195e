using Hutong.ServiceDefaults.Problems;

namespace Hutong.CommerceCard;

/// <summary>Why Commerce-Card refuses, and what the caller should do.</summary>
internal static class CommerceProblems
{
    public const string ProductUnknown = "product_unknown";
    public const string ProductOfAnotherShop = "product_of_another_shop";
    public const string CurrencyChanged = "currency_changed";
    public const string FeedInvalid = "feed_invalid";
    public const string LadderInvalid = "ladder_invalid";
    public const string LadderStands = "ladder_stands";
    public const string SoldOut = "sold_out";
    public const string QuantityInvalid = "quantity_invalid";
    public const string OrderUnknown = "order_unknown";
    public const string OrderAlreadyPaid = "order_already_paid";
    public const string OrderExpired = "order_expired";
    public const string PaymentInProgress = "payment_in_progress";
    public const string PaymentDeclined = "payment_declined";
    public const string PaymentTokenUnknown = "payment_token_unknown";
    public const string LinkUnknown = "link_unknown";
    public const string ChannelUnknown = "channel_unknown";
    public const string InvalidCursor = "invalid_cursor";

    public static void Add(ProblemTable problems) => problems
        .Add(ProductUnknown, 404, "There is no such product.")
        .Add(ProductOfAnotherShop, 403, "This product belongs to another shop.")
        .Add(CurrencyChanged, 422, "A product keeps its currency. List it under a new id.")
        .Add(FeedInvalid, 422, "This is not a product feed: tab-separated values in UTF-8, the attribute names in the first line.")
        .Add(LadderInvalid, 422, "Each step must need more reposts and lower the price, down to the floor.")
        .Add(LadderStands, 409, "The product has a ladder already, and people have been promised its prices.")
        .Add(SoldOut, 409, "Not enough is left of this product. Order less, or come back: unpaid reservations are released.")
        .Add(QuantityInvalid, 422, "Order 1 to 100 units.")
        .Add(OrderUnknown, 404, "You have no such order.")
        .Add(OrderAlreadyPaid, 409, "This order is paid already. Nothing was charged again.")
        .Add(OrderExpired, 409, "This order was not paid in time, and its units were released. Place a new order; money that came late goes back.")
        .Add(PaymentInProgress, 409, "Another payment of this order is under way. Wait for its answer.")
        .Add(PaymentDeclined, 402, "The payment was declined. Pay in another way.")
        .Add(PaymentTokenUnknown, 422, "The payment provider does not know this token.")
        .Add(LinkUnknown, 404, "This address is no product of ours.")
        .Add(ChannelUnknown, 422, "The channel is social, embed or shop.")
        .Add(InvalidCursor, 400, "The cursor is not one of ours. Start again without it.");
}
