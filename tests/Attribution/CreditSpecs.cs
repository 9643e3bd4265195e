using Hutong.Attribution.Crediting;

namespace Hutong.Attribution.Tests;

[Collection(nameof(Credits))]
public sealed class CreditSpecs(Credits credits)
{
    private readonly Story story = new();

    [Fact]
    public async Task An_order_is_credited_to_the_post_the_friends_repost_and_the_channel()
    {
        await credits.Neighbours.Say(
            story.Published, story.LiNaReposted, story.WangReposted, story.Clicked(story.R1), story.Confirmed(1_299));
        await Settled();
        var explained = await credits.Other.Explanation(story.OrderId);
        explained.ShouldNotBeNull();

        var linear = explained.Under("linear");
        linear.Channels.ShouldBe([new ChannelCredit("social", 1_299)]);
        linear.Posts.ShouldBe([new PostCredit(story.P, 650), new PostCredit(story.R1, 649)]);
        explained.Under("last_touch").Posts.ShouldBe([new PostCredit(story.R1, 1_299)]);
    }

    [Fact]
    public async Task The_buyers_own_repost_is_skipped_and_the_path_goes_on_upwards()
    {
        await credits.Neighbours.Say(
            story.Published, story.LiNaReposted, story.WangReposted, story.Clicked(story.R2), story.Confirmed(1_299));
        await Settled();
        var linear = (await credits.Service.Explanation(story.OrderId))!.Under("linear");
        linear.Posts.ShouldBe([new PostCredit(story.P, 650), new PostCredit(story.R1, 649)]);
        linear.Touches.ShouldHaveSingleItem().Path.Select(s => (s.PostId, s.Reason)).ShouldBe(
            [(story.P, null), (story.R1, null), (story.R2, "self")]);
    }

    /// <summary>Messages of different queues race: waits until the last of them is in a statement.</summary>
    private Task Settled() => Testing.Eventually.Passes(async () =>
    {
        var touch = (await credits.Service.Explanation(story.OrderId)).ShouldNotBeNull().Under("linear").Touches.ShouldHaveSingleItem();
        touch.Path.ShouldNotBeEmpty();
        touch.MissingPostId.ShouldBeNull();
    });
}
