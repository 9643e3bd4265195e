using Hutong.SocialFeed.Authors;
using Hutong.SocialFeed.Posting;

namespace Hutong.SocialFeed.Tests;

public sealed class DeciderSpecs
{
    private static readonly DateTimeOffset Now = new(2026, 11, 11, 0, 0, 0, TimeSpan.Zero);
    private static readonly Guid LiNa = Guid.CreateVersion7();
    private static readonly Guid Wang = Guid.CreateVersion7();

    private static Author Given(params object[] events) => events.Aggregate(Author.Fold.Initial, Author.Fold.Evolve);

    [Fact]
    public void An_author_joins_once()
    {
        Given().Join(LiNa, Now).ShouldBe([new AuthorJoined(LiNa, Now)]);
        Given(new AuthorJoined(LiNa, Now)).Join(LiNa, Now).ShouldBeEmpty();
    }

    [Fact]
    public void Following_twice_changes_nothing_the_second_time()
    {
        Given(new AuthorJoined(LiNa, Now)).Follow(LiNa, Wang, Now).Value.ShouldBe([new AuthorFollowed(LiNa, Wang, Now)]);
        Given(new AuthorFollowed(LiNa, Wang, Now)).Follow(LiNa, Wang, Now).Value.ShouldBeEmpty();
    }

    [Fact]
    public void Nobody_follows_himself() =>
        Given().Follow(LiNa, LiNa, Now).Rejection!.Code.ShouldBe("cannot_follow_self");

    [Fact]
    public void The_5001st_followed_author_is_refused()
    {
        var full = Given([.. Enumerable.Range(0, Author.MaxFollowing).Select(_ => (object)new AuthorFollowed(LiNa, Guid.CreateVersion7(), Now))]);
        full.Follow(LiNa, Wang, Now).Rejection!.Code.ShouldBe("following_too_many");
    }

    [Fact]
    public void Unfollowing_forgets_and_is_silent_when_there_was_nothing()
    {
        Given(new AuthorFollowed(LiNa, Wang, Now)).Unfollow(LiNa, Wang, Now).ShouldBe([new AuthorUnfollowed(LiNa, Wang, Now)]);
        Given(new AuthorFollowed(LiNa, Wang, Now), new AuthorUnfollowed(LiNa, Wang, Now)).Unfollow(LiNa, Wang, Now).ShouldBeEmpty();
    }

    [Fact]
    public void An_event_it_does_not_know_leaves_an_author_as_it_is() => Given("another service's event").ShouldBe(Author.Fold.Initial);

    [Fact]
    public void A_repost_keeps_the_root_and_goes_one_deeper()
    {
        var root = Guid.CreateVersion7();
        var parent = new Post(Guid.CreateVersion7(), LiNa, root, 1, "desk");
        var repost = parent.Repost(Guid.CreateVersion7(), Wang, Now).Value!;
        (repost.ParentId, repost.RootId, repost.Depth, repost.ProductId).ShouldBe((parent.Id, root, 2, "desk"));
    }

    [Fact]
    public void A_chain_ends_at_its_longest() =>
        new Post(Guid.CreateVersion7(), LiNa, Guid.CreateVersion7(), Post.MaxDepth, null)
            .Repost(Guid.CreateVersion7(), Wang, Now).Rejection!.Code.ShouldBe("chain_too_long");

    [Theory]
    [InlineData(null, "text_missing")]
    [InlineData("  \n ", "text_missing")]
    public void Nothing_is_not_a_post(string? text, string code) => Post.CheckText(text).Rejection!.Code.ShouldBe(code);

    [Fact]
    public void Text_may_have_2000_characters_and_not_one_more()
    {
        Post.CheckText(new string('赞', 2_000)).Succeeded.ShouldBeTrue();
        Post.CheckText(new string('赞', 2_001)).Rejection!.Code.ShouldBe("text_too_long");
    }

    [Theory]
    [InlineData("看 http://shop.localhost:8080/products/fur-bo-1?x=1 吧", "fur-bo-1")]
    [InlineData("http://localhost:8080/products/desk", "desk")]
    [InlineData("http://evil.example/products/desk", null)]
    [InlineData("http://shop.localhost:8080.evil.example/products/desk", null)]
    [InlineData("http://shop.localhost:8080/products/", null)]
    [InlineData("no link", null)]
    public void Only_our_own_product_links_are_found(string text, string? product) => new ProductLinks(
        new Web.SiteAddresses("http://localhost:8080", "http://social.localhost:8080", "http://shop.localhost:8080", "http://brand.localhost:8080"))
        .Find(text).ShouldBe(product);
}
