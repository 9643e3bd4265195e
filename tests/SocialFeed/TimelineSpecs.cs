using System.Net.Http.Json;
using System.Text.Json;
using Hutong.EventStore;
using Hutong.EventStore.Reading;
using Hutong.SocialFeed.Timelines;
using Hutong.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Hutong.SocialFeed.Tests;

[Collection(nameof(Feed))]
public sealed class TimelineSpecs(Servers servers, InternalTokens tokens, Feed feed)
{
    [Fact]
    public async Task A_follower_sees_earlier_and_later_posts_until_unfollowing()
    {
        var author = Guid.CreateVersion7();
        var reader = feed.Service.As(Guid.CreateVersion7());
        var earlier = await feed.Service.As(author).Post("earlier").PostId();
        (await reader.PutAsync($"/feed/following/{author}", null)).EnsureSuccessStatusCode();
        await Eventually.Passes(async () => (await reader.Timeline()).ShouldBe([earlier]));
        var later = await feed.Other.As(author).Post("later").PostId();
        await Eventually.Passes(async () => (await reader.Timeline()).ShouldBe([later, earlier]));
        (await reader.DeleteAsync($"/feed/following/{author}")).EnsureSuccessStatusCode();
        await Eventually.Passes(async () => (await reader.Timeline()).ShouldBeEmpty());
    }

    [Fact]
    public async Task Pages_follow_each_other_without_gap_or_repeat()
    {
        var author = feed.Service.As(Guid.CreateVersion7());
        var posted = new List<Guid>();
        for (var i = 0; i < 7; i++)
            posted.Insert(0, await author.Post($"post {i}").PostId());
        await Eventually.Passes(async () => (await author.Timeline()).Length.ShouldBe(7));

        var read = new List<Guid>();
        for (string? next = ""; next is not null;)
        {
            var page = await author.GetFromJsonAsync<JsonElement>($"/feed/timeline?limit=3{next}");
            read.AddRange(page.GetProperty("items").EnumerateArray().Select(p => p.GetProperty("postId").GetGuid()));
            next = page.GetProperty("next").GetString() is { } cursor ? $"&before={cursor}" : null;
        }
        read.ShouldBe(posted);
    }

    [Fact]
    public async Task A_timeline_dropped_and_rebuilt_from_the_log_is_identical()
    {
        await using var own = await ServiceUnderTest<Program>.Start(servers, tokens, "social-feed");
        var people = Enumerable.Range(0, 4).Select(_ => Guid.CreateVersion7()).ToArray();
        var seed = new Random(20261122);
        var posts = new List<Guid>();
        foreach (var person in people)
            posts.Add(await own.As(person).Post("first").PostId());
        for (var i = 0; i < 60; i++)
        {
            var client = own.As(people[seed.Next(people.Length)]);
            var other = people[seed.Next(people.Length)];
            switch (seed.Next(4))
            {
                case 0:
                    posts.Add(await client.Post($"post {i}").PostId());
                    break;
                case 1:
                    await client.Repost(posts[seed.Next(posts.Count)]);
                    break;
                case 2:
                    await client.PutAsync($"/feed/following/{other}", null);
                    break;
                default:
                    await client.DeleteAsync($"/feed/following/{other}");
                    break;
            }
        }
        var mark = await HighWaterMark.Measure(own.Database);
        await Eventually.True(async () => await Checkpoint(own.Database) >= mark);
        var live = await Contents(own.Database);

        var projection = own.Services.GetRequiredService<TimelineProjection>();
        await using (var connection = await own.Database.OpenConnectionAsync())
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await projection.Clear(connection, default);
            var log = await own.Services.GetRequiredService<IEventStore>().ReadAll(0, mark, int.MaxValue, projection.Types);
            foreach (var batch in log.Chunk(7))
                await projection.Apply(batch, connection, default);
            await transaction.CommitAsync();
        }
        (await Contents(own.Database)).ShouldBe(live);
        live.ShouldNotBeEmpty();
    }

    private static async Task<long> Checkpoint(NpgsqlDataSource database)
    {
        await using var command = database.CreateCommand("select coalesce((select last_seq_id from mt_event_progression where name = 'Timeline:All'), 0)");
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static async Task<string> Contents(NpgsqlDataSource database)
    {
        await using var command = database.CreateCommand("""
            select concat_ws('|',
                (select string_agg(t::text, ',' order by t::text) from timeline_entry t),
                (select string_agg(t::text, ',' order by t::text) from timeline_follow t),
                (select string_agg(t::text, ',' order by t::text) from timeline_post t),
                (select string_agg(t::text, ',' order by t::text) from timeline_parent t),
                (select string_agg(t::text, ',' order by t::text) from repost_count t))
            """);
        return (string)(await command.ExecuteScalarAsync())!;
    }
}
