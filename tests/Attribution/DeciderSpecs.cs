using Hutong.Attribution.Crediting;
using Hutong.Attribution.Orders;
using Hutong.Attribution.Posts;
using Hutong.Attribution.Touches;

namespace Hutong.Attribution.Tests;

/// <summary>Given what the buyer did and the posts that are known, when credit is stated, then who gets what.</summary>
public sealed class DeciderSpecs
{
    private static readonly DateTimeOffset Bought = Story.Bought;
    private readonly Story story = new();

    private OrderRecorded Order(long total = 1_299) => new(story.OrderId, story.Wang, story.Product, 1, total, "USD", Bought);

    private Touch Click(Guid? via, double hoursBefore = 1, string channel = "social") =>
        new(Guid.CreateVersion7(), Touch.Click, story.Product, via, channel, Bought.AddHours(-hoursBefore));

    private PostNoted Post(Guid id, Guid author, Guid? parent = null, int depth = 0) =>
        new(id, author, parent, story.P, depth, story.Product, Bought.AddDays(-1));

    private PostNoted[] Chain() =>
        [Post(story.P, story.Brand), Post(story.R1, story.LiNa, story.P, 1), Post(story.R2, story.Wang, story.R1, 2)];

    private static Credit Given(params object[] events) => events.Aggregate(Credit.Fold.Initial, Credit.Fold.Evolve);

    private static Dictionary<string, CreditStated> When(Credit credit, IReadOnlyList<Touch> touches, params PostNoted[] posts) =>
        StateCredit.Decide(
            new StateCredit(CreditCause.OrderConfirmed, touches, new RepostTree(posts.ToDictionary(p => p.PostId))), credit, Bought)
        .Cast<CreditStated>().ToDictionary(s => s.Model);

    [Fact]
    public void Linear_divides_the_chain_evenly_and_last_touch_gives_it_to_the_clicked_repost()
    {
        var stated = When(Given(Order()), [Click(story.R1)], Chain());
        stated["linear"].Posts.ShouldBe([new PostCredit(story.P, 650), new PostCredit(story.R1, 649)]);
        stated["last_touch"].Posts.ShouldBe([new PostCredit(story.R1, 1_299)]);
        stated["linear"].Channels.ShouldBe([new ChannelCredit("social", 1_299)]);
    }

    [Fact]
    public void Last_touch_passes_over_the_buyers_own_repost()
    {
        var stated = When(Given(Order()), [Click(story.R2)], Chain())["last_touch"];
        stated.Posts.ShouldBe([new PostCredit(story.R1, 1_299)]);
        stated.Touches.Single().Path[^1].ShouldBe(new PathStep(story.R2, story.Wang, 2, new Share(0, 1), "self"));
    }

    [Fact]
    public void Who_buys_through_nothing_but_an_own_post_earns_nothing()
    {
        var own = Post(story.P, story.Wang);
        foreach (var stated in When(Given(Order()), [Click(story.P)], own).Values)
        {
            stated.Posts.ShouldBeEmpty();
            stated.PostUnattributedMinor.ShouldBe(1_299);
            stated.Channels.ShouldBe([new ChannelCredit("social", 1_299)]);
        }
    }

    [Fact]
    public void A_repost_in_the_middle_that_is_the_buyers_own_is_skipped_and_the_others_divide_the_whole()
    {
        var below = Post(Guid.CreateVersion7(), story.LiNa, story.R2, 3);
        var stated = When(Given(Order(300)), [Click(below.PostId)], [.. Chain(), below])["linear"];
        stated.Posts.ShouldBe([new PostCredit(story.P, 100), new PostCredit(story.R1, 100), new PostCredit(below.PostId, 100)]);
    }

    [Fact]
    public void A_post_about_another_product_earns_nothing_though_a_click_names_it()
    {
        var other = Post(story.P, story.Brand) with { ProductId = "chair" };
        var stated = When(Given(Order()), [Click(story.P)], other)["linear"];
        stated.PostUnattributedMinor.ShouldBe(1_299);
        stated.Touches.Single().Path.Single().Reason.ShouldBe("other_product");
    }

    [Fact]
    public void An_order_without_a_click_is_credited_to_nobody()
    {
        foreach (var stated in When(Given(Order()), []).Values)
            (stated.ChannelUnattributedMinor, stated.PostUnattributedMinor).ShouldBe((1_299, 1_299));
    }

    [Fact]
    public void A_click_counts_for_seven_days_to_the_tick_and_never_after_the_order()
    {
        Touch At(DateTimeOffset at) => Click(null) with { At = at };
        var week = TimeSpan.FromDays(7);
        var (edge, old, same, late) =
            (At(Bought - week), At(Bought - week - TimeSpan.FromTicks(1)), At(Bought), At(Bought + TimeSpan.FromTicks(1)));
        var stated = When(Given(Order()), [edge, old, same, late])["linear"];
        stated.Touches.Select(t => t.TouchId).ShouldBe([edge.TouchId, same.TouchId]);
        stated.Rejected.Select(t => (t.TouchId, t.Reason)).ShouldBe([(old.TouchId, "outside_window"), (late.TouchId, "after_conversion")]);
    }

    [Fact]
    public void A_click_on_another_product_and_a_repost_do_not_count()
    {
        var other = Click(story.P, 2) with { ProductId = "chair" };
        var repost = new Touch(story.R2, Touch.Repost, story.Product, story.R1, null, Bought.AddHours(-1));
        When(Given(Order()), [other, repost], Chain())["linear"].Rejected.Select(t => t.Reason).ShouldBe(["other_product", "not_a_click"]);
    }

    [Fact]
    public void A_touch_older_than_thirty_days_is_not_listed() =>
        When(Given(Order()), [Click(null, 24 * 31)])["linear"].Rejected.ShouldBeEmpty();

    [Fact]
    public void What_is_known_of_a_path_is_credited_and_what_is_missing_is_named()
    {
        var stated = When(Given(Order()), [Click(story.R1)], Chain()[1])["linear"];
        stated.Posts.ShouldBe([new PostCredit(story.R1, 1_299)]);
        stated.Touches.Single().MissingPostId.ShouldBe(story.P);

        stated = When(Given(Order()), [Click(story.R1)])["linear"];
        (stated.PostUnattributedMinor, stated.Touches.Single().MissingPostId).ShouldBe((1_299, story.R1));
    }

    [Fact]
    public void What_is_learned_later_makes_a_new_statement_and_the_same_again_makes_none()
    {
        Touch[] touches = [Click(story.R1)];
        var first = When(Given(Order()), touches, Chain()[1]);
        var known = Given([Order(), .. first.Values]);
        When(known, touches, Chain()[1]).ShouldBeEmpty();
        var second = When(known, touches, Chain());
        second.Values.ShouldAllBe(s => s.Statement == 2);
        When(Given([Order(), .. first.Values, .. second.Values]), touches, Chain()).ShouldBeEmpty();
    }

    [Fact]
    public void Without_an_order_there_is_nothing_to_state() => When(Given(), [Click(null)]).ShouldBeEmpty();

    [Fact]
    public void A_circle_of_posts_ends()
    {
        var (a, b) = (Post(story.P, story.Brand, story.R1, 1), Post(story.R1, story.LiNa, story.P, 1));
        When(Given(Order(10)), [Click(story.R1)], a, b)["linear"].Posts.Sum(p => p.CreditMinor).ShouldBe(10);
    }

    [Fact]
    public void A_post_is_awaited_once_by_an_order_and_no_more_when_it_is_here()
    {
        var nobody = KnownPost.Fold.Initial;
        var awaited = new PostAwaited(story.P, story.OrderId);
        nobody.Await(story.P, story.OrderId).ShouldBe([awaited]);
        var waiting = KnownPost.Fold.Evolve(nobody, awaited);
        waiting.Await(story.P, story.OrderId).ShouldBeEmpty();
        KnownPost.Fold.Evolve(waiting, Chain()[0]).AwaitedBy.ShouldBeEmpty();
    }

    [Fact]
    public void A_click_is_recorded_once()
    {
        var click = new ClickRecorded(Guid.CreateVersion7(), story.Wang, story.Product, null, "shop", Bought);
        Trail.Fold.Initial.Record(click).ShouldBe([click]);
        Trail.Evolve(Trail.Fold.Initial, click).Record(click).ShouldBeEmpty();
    }

    [Fact]
    public void An_event_it_does_not_know_changes_nothing()
    {
        Given("another service's event").ShouldBe(Credit.Fold.Initial);
        Trail.Evolve(Trail.Fold.Initial, "another").ShouldBe(Trail.Fold.Initial);
        KnownPost.Fold.Evolve(KnownPost.Fold.Initial, "another").ShouldBe(KnownPost.Fold.Initial);
    }
}
