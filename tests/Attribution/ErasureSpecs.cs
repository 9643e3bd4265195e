using Hutong.Attribution.Identities;
using Hutong.Attribution.Touches;
using Hutong.Contracts;
using Hutong.EventStore;
using Hutong.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Hutong.Attribution.Tests;

/// <summary>What Identity-Link says of persons who merge, split and are erased.</summary>
[Collection(nameof(Credits))]
public sealed class ErasureSpecs(Credits credits)
{
    private readonly Story story = new();

    private IEventStore Store => credits.Service.Services.GetRequiredService<IEventStore>();

    [Fact]
    public async Task What_an_erased_person_did_counts_for_nothing_more_and_what_was_stated_stays()
    {
        await credits.Neighbours.Say(story.Clicked(story.R1));
        await Eventually.True(async () => (await Trail()).Touches.Count == 1);
        await credits.Neighbours.Say(story.Confirmed());
        var stated = await credits.Service.Statement(story.OrderId, 1);
        await credits.Neighbours.Say(new PersonErased(story.Wang, Story.Bought.AddDays(1)));
        await Eventually.True(async () => (await Trail()).Erased);

        // The post that the order waited for, a click and an order, all of them late.
        var late = story.Confirmed() with { OrderId = Guid.CreateVersion7() };
        await credits.Neighbours.Say(story.LiNaReposted, story.Clicked(story.R1), late);

        (await credits.Service.Statement(late.OrderId, 1)).Under("linear").Touches.ShouldBeEmpty();
        await Eventually.Passes(async () =>
            (await Store.Load(Posts.KnownPost.Fold, Posts.KnownPost.StreamOf(story.R1))).State.Noted.ShouldNotBeNull());
        var after = (await credits.Other.Explanation(story.OrderId))!;
        after.Statement.ShouldBe(1);
        after.Under("linear").Channels.ShouldBe(stated.Under("linear").Channels);
        after.Under("linear").PostUnattributedMinor.ShouldBe(stated.Under("linear").PostUnattributedMinor);
        (await Trail()).ShouldBe(new Trail([], [], Erased: true));
    }

    [Fact]
    public async Task A_merge_and_its_undoing_are_told_by_both_trails()
    {
        var (merge, accounts) = (Guid.CreateVersion7(), (string[])["account-taobao:x"]);
        await credits.Neighbours.Say(
            new PersonsMerged(merge, story.Wang, story.LiNa, accounts, Story.Bought),
            new PersonsSplit(merge, story.Wang, story.LiNa, accounts, Story.Bought.AddDays(1)));

        foreach (var person in (Guid[])[story.Wang, story.LiNa])
        {
            await Eventually.Passes(async () =>
            {
                var told = (await Store.ReadStream(Touches.Trail.StreamOf(person))).Events.Select(e => e.Data).ToList();
                told.OfType<IdentitiesMerged>().ShouldHaveSingleItem().From.ShouldBe(story.LiNa);
                told.OfType<IdentitiesSplit>().ShouldHaveSingleItem().Released.ShouldBe(story.LiNa);
            });
        }
    }

    private async Task<Trail> Trail() => (await Store.Load(Touches.Trail.Fold, Touches.Trail.StreamOf(story.Wang))).State;
}
