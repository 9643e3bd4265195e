using Hutong.Attribution.Crediting;
using Hutong.Contracts;
using Hutong.EventStore;
using Hutong.Messaging;
using Hutong.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Hutong.Attribution.Tests;

/// <summary>News that comes late, twice or at once.</summary>
[Collection(nameof(Credits))]
public sealed class RestatementSpecs(Credits credits)
{
    private readonly Story story = new();

    [Fact]
    public async Task A_post_that_arrives_after_the_order_makes_a_new_statement_and_the_old_one_stays()
    {
        await credits.Neighbours.Say(story.Clicked(story.R1));
        await ClickIsRecorded(story.Wang);
        await credits.Neighbours.Say(story.Confirmed());
        var first = await credits.Service.Statement(story.OrderId, 1);
        first.Under("linear").PostUnattributedMinor.ShouldBe(1_299);
        first.Under("linear").Touches.Single().MissingPostId.ShouldBe(story.R1);

        await credits.Neighbours.Say(story.LiNaReposted);
        var second = await credits.Service.Statement(story.OrderId, 2);
        second.Under("linear").Posts.ShouldBe([new PostCredit(story.R1, 1_299)]);
        second.Under("linear").Touches.Single().MissingPostId.ShouldBe(story.P);

        await credits.Neighbours.Say(story.Published);
        var third = await credits.Other.Statement(story.OrderId, 3);
        third.Under("linear").Posts.ShouldBe([new PostCredit(story.P, 650), new PostCredit(story.R1, 649)]);
        third.Statements.Select(s => s.Cause).ShouldBe(["order_confirmed", "post_arrived", "post_arrived"]);

        var old = await credits.Other.Explanation(story.OrderId, statement: 1);
        old.ShouldNotBeNull().Under("linear").PostUnattributedMinor.ShouldBe(1_299);
    }

    [Fact]
    public async Task A_click_that_arrives_after_its_order_makes_a_new_statement_and_one_made_after_it_does_not()
    {
        await credits.Neighbours.Say(story.Published, story.Confirmed());
        (await credits.Service.Statement(story.OrderId, 1)).Under("linear").ChannelUnattributedMinor.ShouldBe(1_299);
        await credits.Neighbours.Say(story.Clicked(story.P, before: TimeSpan.FromMinutes(-5)));
        await ClickIsRecorded(story.Wang);
        await credits.Neighbours.Say(story.Clicked(null, channel: "embed"));
        var second = await credits.Service.Statement(story.OrderId, 2);
        second.Statements[^1].Cause.ShouldBe("click_arrived");
        second.Under("linear").Channels.ShouldBe([new ChannelCredit("embed", 1_299)]);
        second.Rejected.ShouldHaveSingleItem().Reason.ShouldBe("after_conversion");
    }

    [Fact]
    public async Task The_same_message_again_and_the_same_news_in_another_message_change_nothing()
    {
        var click = story.Clicked(story.P);
        await credits.Neighbours.Say(story.Published, click, story.Confirmed());
        var stated = (await Settled()).Statement;
        await Apply("attribution.commerce", story.Confirmed());
        await Apply("attribution.commerce", click);
        await Apply("attribution.feed", story.Published);
        (await credits.Service.Explanation(story.OrderId)).ShouldNotBeNull().Statement.ShouldBe(stated);
    }

    [Fact]
    public async Task Whatever_order_the_news_arrive_in_the_last_statement_is_the_same()
    {
        var stories = Enumerable.Range(0, 12).Select(_ => new Story()).ToList();
        var random = new Random(20261122);
        await Task.WhenAll(stories.Select(async s =>
        {
            object[] news = [s.Published, s.LiNaReposted, s.WangReposted, s.Clicked(s.R2), s.Clicked(s.P, TimeSpan.FromHours(2)), s.Confirmed()];
            lock (random)
                random.Shuffle(news);
            await credits.Neighbours.Say(news);
        }));
        foreach (var s in stories)
        {
            await Eventually.Passes(async () =>
            {
                var linear = (await credits.Service.Explanation(s.OrderId)).ShouldNotBeNull().Under("linear");
                // Half of the order by the click on P alone, the other half through P and R1: three quarters and one.
                linear.Posts.ShouldBe([new PostCredit(s.P, 974), new PostCredit(s.R1, 325)], ignoreOrder: true);
                linear.Touches.Count.ShouldBe(2);
            });
        }
    }

    [Fact]
    public async Task Many_orders_that_wait_for_one_post_are_all_stated_anew()
    {
        var buyers = Enumerable.Range(0, 10).Select(_ => (Person: Guid.CreateVersion7(), Order: Guid.CreateVersion7())).ToList();
        foreach (var (person, order) in buyers)
        {
            await credits.Neighbours.Say(
                story.Clicked(story.P, by: person), story.Confirmed() with { OrderId = order, PersonId = person });
        }
        foreach (var (_, order) in buyers)
            await Eventually.Passes(async () => (await credits.Service.Explanation(order)).ShouldNotBeNull().Under("linear").Touches.Count.ShouldBe(1));
        await credits.Neighbours.Say(story.Published);
        foreach (var (_, order) in buyers)
        {
            await Eventually.Passes(async () => (await credits.Service.Explanation(order)).ShouldNotBeNull()
                .Under("linear").Posts.ShouldBe([new PostCredit(story.P, 1_299)]));
        }
    }

    [Fact]
    public async Task An_anonymous_click_credits_nobody_and_who_is_who_is_kept_in_the_trail()
    {
        var person = story.Wang;
        var account = $"account-weibo:{Guid.CreateVersion7():N}";
        var click = story.Clicked(story.P) with { PersonId = null };
        await credits.Neighbours.Say(
            new PersonRegistered(person, "weibo", Story.Bought),
            new AccountLinked(person, account, "weibo", Story.Bought),
            new AccountUnlinked(person, account, "weibo", Story.Bought),
            click,
            story.Confirmed());
        (await credits.Service.Statement(story.OrderId, 1)).Under("linear").Touches.ShouldBeEmpty();
        var store = credits.Service.Services.GetRequiredService<IEventStore>();
        await Eventually.Passes(async () => (await store.ReadStream($"trail-{person}")).Events.Select(e => e.Type)
            .ShouldBe(["registration_recorded", "identity_joined", "identity_left", "conversion_recorded"], ignoreOrder: true));
        await Eventually.Passes(async () => (await store.ReadStream($"trail-{click.ClickId}")).Events.Count.ShouldBe(1));
    }

    private async Task<OrderExplanation> Settled()
    {
        OrderExplanation? order = null;
        await Eventually.Passes(async () =>
            (order = await credits.Service.Explanation(story.OrderId)).ShouldNotBeNull().Under("linear").Posts.ShouldHaveSingleItem());
        return order!;
    }

    private Task ClickIsRecorded(Guid person) => Eventually.Passes(async () =>
        (await credits.Service.Services.GetRequiredService<IEventStore>().ReadStream($"trail-{person}")).Events
        .ShouldContain(e => e.Type == "click_recorded"));

    /// <summary>The same news once more under another message id: the inbox does not know it.</summary>
    private async Task Apply<TMessage>(string queue, TMessage message) where TMessage : class
    {
        var handler = credits.Service.Services.GetRequiredKeyedService<IHandle<TMessage>>(queue);
        var work = await handler.Handle(
            message, new Delivery(Guid.CreateVersion7(), "test", 1, 0, null, null, Story.Bought), TestContext.Current.CancellationToken);
        work.Appends.ShouldBeEmpty();
    }
}
