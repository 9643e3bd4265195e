using Hutong.CommerceCard.Ladders;
using Hutong.CommerceCard.Ordering;
using Hutong.CommerceCard.Products;
using Hutong.CommerceCard.Shops;
using Hutong.CommerceCard.Stock;
using Hutong.EventStore;

namespace Hutong.CommerceCard.Tests;

public sealed class DeciderSpecs
{
    private static readonly DateTimeOffset Now = new(2026, 11, 11, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Later = Now.AddMinutes(15);
    private static readonly Guid Shop = Guid.CreateVersion7();
    private static readonly Guid LiNa = Guid.CreateVersion7();
    private static readonly Guid Author = Guid.CreateVersion7();
    private static readonly Guid OrderId = Guid.CreateVersion7();
    private static readonly Guid Payment = Guid.CreateVersion7();

    private static readonly ProductDetails Desk =
        new("书桌 Desk", "", "http://shop.localhost:8080/products/desk", null, null, null, "new", "in_stock");

    private static readonly ProductListed Listed = new("desk", Shop, Desk, 100_00, "USD", Now);
    private static readonly LadderPublished Published = new([new(2, 90_00), new(5, 75_00)], 70_00, Now);
    private static readonly OrderPlaced Placed = new(OrderId, LiNa, "desk", Shop, 2, 90_00, "USD", null, Now, Later);
    private static readonly PaymentStarted Started = new(Payment, Now);
    private static readonly OrderConfirmed Confirmed = new(OrderId, LiNa, "desk", Shop, 2, 180_00, "USD", Payment, Now);

    private static TState Given<TState>(Fold<TState?> fold, params object[] events) where TState : class =>
        events.Aggregate(fold.Initial, fold.Evolve)!;

    [Fact]
    public void A_new_product_is_listed_and_the_same_row_again_changes_nothing()
    {
        Product.Import(null, "desk", Shop, Desk, 100_00, "USD", Now).Value.ShouldBe([Listed]);
        Product.Import(Given(Product.Fold, Listed), "desk", Shop, Desk, 100_00, "USD", Later).Value.ShouldBeEmpty();
    }

    [Fact]
    public void A_row_that_differs_changes_what_differs()
    {
        var other = Desk with { Title = "大书桌" };
        Product.Import(Given(Product.Fold, Listed), "desk", Shop, other, 100_00, "USD", Now).Value.ShouldBe([new ProductDescribed(other)]);
        Product.Import(Given(Product.Fold, Listed), "desk", Shop, Desk, 99_00, "USD", Now).Value.ShouldBe([new ListPriceChanged(99_00)]);
    }

    [Fact]
    public void A_product_keeps_its_shop_and_its_currency()
    {
        var product = Given(Product.Fold, Listed);
        Product.Import(product, "desk", LiNa, Desk, 100_00, "USD", Now).Rejection!.Code.ShouldBe("product_of_another_shop");
        Product.Import(product, "desk", Shop, Desk, 100_00, "CNY", Now).Rejection!.Code.ShouldBe("currency_changed");
    }

    [Fact]
    public void The_price_follows_the_list_price_until_a_ladder_is_published_and_then_only_falls()
    {
        Given(Product.Fold, Listed, new ListPriceChanged(120_00)).PriceMinor.ShouldBe(120_00);
        Given(Product.Fold, Listed, Published, new ListPriceChanged(120_00)).PriceMinor.ShouldBe(100_00);
        Given(Product.Fold, Listed, Published, new ListPriceChanged(95_00)).PriceMinor.ShouldBe(95_00);
        Given(Product.Fold, Listed, Published, new PriceDropped(90_00, 2), new PriceDropped(95_00, 3)).PriceMinor.ShouldBe(90_00);
    }

    [Fact]
    public void A_step_drops_the_price_once()
    {
        var product = Given(Product.Fold, Listed, Published);
        product.Count(1).ShouldBeNull();
        product.Count(2).ShouldBe(new PriceDropped(90_00, 2));
        Given(Product.Fold, Listed, Published, new PriceDropped(90_00, 2)).Count(3).ShouldBeNull();
        Given(Product.Fold, Listed, Published, new PriceDropped(90_00, 2)).Count(7).ShouldBe(new PriceDropped(75_00, 7));
    }

    [Fact]
    public void A_step_above_the_list_price_drops_nothing() =>
        Given(Product.Fold, Listed, Published, new ListPriceChanged(80_00)).Count(2).ShouldBeNull();

    [Fact]
    public void A_ladder_needs_falling_prices_for_rising_reposts_above_the_floor()
    {
        new Ladder([new(2, 90_00), new(5, 75_00)], 75_00).Check(100_00).ShouldBeNull();
        new Ladder([], 1).Check(100_00)!.Code.ShouldBe("ladder_invalid");
        new Ladder([new(0, 90_00)], 1).Check(100_00).ShouldNotBeNull();
        new Ladder([new(2, 100_00)], 1).Check(100_00).ShouldNotBeNull();
        new Ladder([new(2, 90_00), new(2, 80_00)], 1).Check(100_00).ShouldNotBeNull();
        new Ladder([new(2, 90_00), new(3, 90_00)], 1).Check(100_00).ShouldNotBeNull();
        new Ladder([new(2, 90_00)], 91_00).Check(100_00).ShouldNotBeNull();
        new Ladder([new(2, 90_00)], 0).Check(100_00).ShouldNotBeNull();
    }

    [Fact]
    public void A_repost_counts_unless_it_is_the_authors_own_or_the_persons_second_or_there_is_no_ladder()
    {
        var post = Guid.CreateVersion7();
        var tally = new RepostTally(1, 7, 3);
        RepostTally.Decide(tally, new Repost(post, LiNa, Author, false, Now), hasLadder: true).ShouldBe(new RepostCounted(post, LiNa, 4, Now));
        RepostTally.Decide(tally, new Repost(post, LiNa, Author, true, Now), hasLadder: true)
            .ShouldBe(new RepostNotCounted(post, LiNa, "already_counted", Now));
        RepostTally.Decide(tally, new Repost(post, Author, Author, false, Now), hasLadder: true)
            .ShouldBe(new RepostNotCounted(post, Author, "own_post", Now));
        RepostTally.Decide(tally, new Repost(post, LiNa, Author, false, Now), hasLadder: false)
            .ShouldBe(new RepostNotCounted(post, LiNa, "no_ladder", Now));
    }

    [Fact]
    public void What_is_reserved_cannot_be_reserved_again()
    {
        var stock = Given(ProductStock.Fold, new StockCounted(3, Now), new StockReserved(OrderId, 2, Later));
        ProductStock.Reserve(stock, Guid.CreateVersion7(), 1, Later).Succeeded.ShouldBeTrue();
        ProductStock.Reserve(stock, Guid.CreateVersion7(), 2, Later).Rejection!.Code.ShouldBe("sold_out");
        ProductStock.Reserve(null, OrderId, 1, Later).Rejection!.Code.ShouldBe("sold_out");
    }

    [Fact]
    public void Released_units_are_there_again_and_sold_ones_are_gone()
    {
        var reserved = new object[] { new StockCounted(3, Now), new StockReserved(OrderId, 2, Later) };
        Given(ProductStock.Fold, [.. reserved, new StockReleased(OrderId, 2)]).Available.ShouldBe(3);
        Given(ProductStock.Fold, [.. reserved, new StockSold(OrderId, 2)]).ShouldBe(new ProductStock(3, 1, 0, 1));
    }

    [Fact]
    public void A_count_below_what_is_reserved_leaves_nothing_and_takes_nothing_away()
    {
        var stock = Given(ProductStock.Fold, new StockCounted(5, Now), new StockReserved(OrderId, 4, Later), new StockCounted(2, Now));
        stock.Available.ShouldBe(0);
        stock.Reserved.ShouldBe(4);
    }

    [Fact]
    public void A_payment_is_started_once_and_another_must_wait_for_it()
    {
        Given(Order.Fold, Placed).StartPayment(Payment, Now).Value.ShouldBe([Started]);
        var paying = Given(Order.Fold, Placed, Started);
        paying.StartPayment(Payment, Now).Value.ShouldBeEmpty();
        paying.StartPayment(Guid.CreateVersion7(), Now).Rejection!.Code.ShouldBe("payment_in_progress");
    }

    [Fact]
    public void A_declined_payment_makes_room_for_another()
    {
        var declined = new PaymentDeclined(Payment, "card_declined", Now);
        Given(Order.Fold, Placed, Started).Decline(Payment, "card_declined", Now).ShouldBe([declined]);
        var next = Guid.CreateVersion7();
        Given(Order.Fold, Placed, Started, declined).StartPayment(next, Now).Value.ShouldBe([new PaymentStarted(next, Now)]);
    }

    [Fact]
    public void An_order_is_confirmed_once()
    {
        Given(Order.Fold, Placed, Started).Confirm(Payment, Now).Value.ShouldBe([Confirmed]);
        var confirmed = Given(Order.Fold, Placed, Started, Confirmed);
        confirmed.Confirm(Payment, Now).Value.ShouldBeEmpty();
        confirmed.StartPayment(Payment, Now).Value.ShouldBeEmpty();
        confirmed.StartPayment(Guid.CreateVersion7(), Now).Rejection!.Code.ShouldBe("order_already_paid");
        confirmed.Expire(Later).ShouldBeEmpty();
    }

    [Fact]
    public void An_order_expires_when_its_time_is_up_and_then_cannot_be_paid()
    {
        var placed = Given(Order.Fold, Placed);
        placed.Expire(Later.AddTicks(-1)).ShouldBeEmpty();
        placed.Expire(Later).ShouldBe([new OrderExpired(Later)]);
        placed.StartPayment(Payment, Later).Rejection!.Code.ShouldBe("order_expired");
        var expired = Given(Order.Fold, Placed, new OrderExpired(Later));
        expired.StartPayment(Payment, Now).Rejection!.Code.ShouldBe("order_expired");
        expired.Expire(Later).ShouldBeEmpty();
    }

    [Fact]
    public void Money_that_comes_for_an_expired_order_goes_back_once()
    {
        var expired = Given(Order.Fold, Placed, Started, new OrderExpired(Later));
        expired.Confirm(Payment, Later).Rejection!.Code.ShouldBe("order_expired");
        expired.Refund(Payment, Later).ShouldBe([new PaymentRefunded(Payment, 180_00, Later)]);
        Given(Order.Fold, Placed, Started, new OrderExpired(Later), new PaymentRefunded(Payment, 180_00, Later))
            .Refund(Payment, Later).ShouldBeEmpty();
    }

    [Fact]
    public void Money_of_a_second_payment_goes_back_and_that_of_the_first_stays()
    {
        var confirmed = Given(Order.Fold, Placed, Started, Confirmed);
        var second = Guid.CreateVersion7();
        confirmed.Confirm(second, Now).Rejection!.Code.ShouldBe("order_already_paid");
        confirmed.Refund(second, Now).ShouldBe([new PaymentRefunded(second, 180_00, Now)]);
        confirmed.Refund(Payment, Now).ShouldBeEmpty();
    }

    [Fact]
    public void A_payment_that_nobody_has_heard_of_for_half_a_minute_is_given_up()
    {
        Given(Order.Fold, Placed).HasGivenUpPayment(Later).ShouldBeFalse();
        Given(Order.Fold, Placed, Started).HasGivenUpPayment(Now.AddSeconds(30)).ShouldBeFalse();
        Given(Order.Fold, Placed, Started).HasGivenUpPayment(Now.AddSeconds(31)).ShouldBeTrue();
        Given(Order.Fold, Placed, Started, Confirmed).HasGivenUpPayment(Later).ShouldBeFalse();
    }

    [Theory]
    [InlineData(3, "none", 0)]
    [InlineData(4, "heart", 1)]
    [InlineData(250, "heart", 5)]
    [InlineData(251, "diamond", 1)]
    [InlineData(10_001, "crown", 1)]
    [InlineData(500_001, "golden_crown", 1)]
    [InlineData(99_999_999, "golden_crown", 5)]
    public void Points_make_a_rank(long points, string rank, int grade) =>
        Reputation.Of(points, Now).ShouldBe(new Reputation(points, rank, grade, Now));
}
