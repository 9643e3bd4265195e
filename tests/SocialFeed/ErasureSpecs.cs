using System.Net;
using System.Net.Http.Json;
using System.Security.Claims;
using System.Text.Json;
using Hutong.Contracts;
using Hutong.EventStore;
using Hutong.SocialFeed.Authors;
using Hutong.SocialFeed.Posting;
using Hutong.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Hutong.SocialFeed.Tests;

[Collection(nameof(Feed))]
public sealed class ErasureSpecs(Feed feed, Servers servers)
{
    [Fact]
    public async Task The_words_and_name_of_a_person_who_is_erased_are_gone_and_who_passed_them_on_stays()
    {
        var person = Guid.CreateVersion7();
        var erased = feed.Service.As(person, "Somebody with a name");
        var post = await erased.Post("words to be forgotten").PostId();
        var repost = await feed.Service.As(Guid.CreateVersion7(), "A friend").Repost(post).PostId();
        await using var identity = await Neighbours.Start(servers, feed.Service.Settings["ConnectionStrings:Broker"]!);

        await identity.Say(new PersonErased(person, DateTimeOffset.UtcNow));

        // The name goes with the commit that erases; most of the words go before it.
        await Eventually.Passes(async () => (await Read(post)).GetProperty("author").ValueKind.ShouldBe(JsonValueKind.Null));
        (await Read(post)).GetProperty("text").ValueKind.ShouldBe(JsonValueKind.Null);
        (await Read(repost)).GetProperty("parentId").GetGuid().ShouldBe(post);
        await (await erased.Post("more words")).ShouldBeProblem(403, "author_erased");
        await using var command = feed.Service.Database.CreateCommand("select count(*) from person_key where person_id = $1");
        command.Parameters.AddWithValue(person);
        (await command.ExecuteScalarAsync()).ShouldBe(0L);
        await using var names = feed.Service.Database.CreateCommand(
            "select count(*) from author where nickname = 'Somebody with a name'");
        (await names.ExecuteScalarAsync()).ShouldBe(0L);
        (await Count("select count(*) from idempotency_key where scope = $1", PostCommands.ScopeOf(person))).ShouldBe(0, "a guess at the words could be confirmed");
    }

    [Fact]
    public async Task Words_decided_on_before_their_authors_erasure_and_committed_after_it_are_refused()
    {
        var (person, store) = (Guid.CreateVersion7(), Get<IEventStore>());
        await feed.Service.As(person, "Somebody in a hurry").Post("the first words").PostId();
        var writing = await Get<AuthorKeys>().Load(Caller(person, "Somebody in a hurry"), CancellationToken.None);
        var post = Guid.CreateVersion7();

        (await store.Commit(await Get<ErasingAuthors>().Erase(person, DateTimeOffset.UtcNow, CancellationToken.None)))
            .ShouldBeOfType<CommitResult.Committed>();

        var words = PostRows.Texts.Upsert(new PostTextRow(post, person, "words too late"));
        (await store.Commit(UnitOfWork.Empty.With(words))).ShouldBeOfType<CommitResult.ReferenceGone>();
        (await store.Commit(UnitOfWork.Empty.With(writing.Rows))).ShouldBe(new CommitResult.ReferenceGone("author_has_key"));
        (await store.Commit(await Get<ErasingAuthors>().Erase(person, DateTimeOffset.UtcNow, CancellationToken.None)))
            .ShouldBeOfType<CommitResult.Committed>("to be erased again changes nothing");
        (await Count("select count(*) from mt_events where type = 'author_erased' and stream_id = $1", Author.StreamOf(person))).ShouldBe(1);
    }

    [Fact]
    public async Task An_author_who_posts_on_two_instances_while_being_erased_leaves_no_word_and_no_name()
    {
        var person = Guid.CreateVersion7();
        await feed.Service.As(person, "Somebody busy").Post("words").PostId();
        var answers = new List<int>();
        using var erased = new CancellationTokenSource();
        var posting = Enumerable.Range(0, 6).Select(async number =>
        {
            using var caller = (number % 2 == 0 ? feed.Service : feed.Other).As(person, "Somebody busy");
            while (!erased.IsCancellationRequested)
            {
                using var answer = await caller.Post($"words {number}");
                lock (answers)
                    answers.Add((int)answer.StatusCode);
            }
        }).ToArray();
        await Eventually.True(() => { lock (answers) { return answers.Count > 30; } });

        await Get<IEventStore>().Commit(await Get<ErasingAuthors>().Erase(person, DateTimeOffset.UtcNow, CancellationToken.None));
        var before = answers.Count;
        await Eventually.True(() => { lock (answers) { return answers.Count > before + 30; } });
        await erased.CancelAsync();
        await Task.WhenAll(posting);

        (await Count("select count(*) from post_text where author_id = $1", person)).ShouldBe(0);
        (await Count("select count(*) from author where person_id = $1", person)).ShouldBe(0);
        (await Count("select count(*) from person_key where person_id = $1", person)).ShouldBe(0);
        answers.Distinct().Order().ToArray().ShouldBe([201, 403], "those who came too late are told why, and nobody meets an error");
    }

    [Fact]
    public async Task Ten_thousand_posts_are_forgotten_batch_by_batch_while_others_post()
    {
        var person = Guid.CreateVersion7();
        await feed.Service.As(person, "Somebody who says much").Post("words").PostId();
        await Count(
            "with more as (insert into post_text (post_id, author_id, text) select gen_random_uuid(), $1, 'words' from generate_series(1, 10000) returning 1) select count(*) from more",
            person);
        await using var identity = await Neighbours.Start(servers, feed.Service.Settings["ConnectionStrings:Broker"]!);

        await identity.Say(new PersonErased(person, DateTimeOffset.UtcNow));

        var other = feed.Service.As(Guid.CreateVersion7(), "Somebody else");
        await Eventually.True(async () =>
        {
            (await other.Post("meanwhile")).StatusCode.ShouldBe(HttpStatusCode.Created);
            return await Count("select count(*) from person_key where person_id = $1", person) == 0;
        });
        (await Count("select count(*) from post_text where author_id = $1", person)).ShouldBe(0);
    }

    private T Get<T>() where T : notnull => feed.Service.Services.GetRequiredService<T>();

    private static ClaimsPrincipal Caller(Guid person, string nickname) =>
        new(new ClaimsIdentity([new Claim("sub", person.ToString()), new Claim("nickname", nickname)]));

    private async Task<long> Count(string sql, object argument)
    {
        await using var command = feed.Service.Database.CreateCommand(sql);
        command.Parameters.AddWithValue(argument);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private async Task<JsonElement> Read(Guid post) =>
        await feed.Service.Anonymous().GetFromJsonAsync<JsonElement>($"/feed/posts/{post}");
}
