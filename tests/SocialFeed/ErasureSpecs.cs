using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Hutong.Contracts;
using Hutong.Testing;

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

        await Eventually.Passes(async () => (await Read(post)).GetProperty("text").ValueKind.ShouldBe(JsonValueKind.Null));
        (await Read(post)).GetProperty("author").ValueKind.ShouldBe(JsonValueKind.Null);
        (await Read(repost)).GetProperty("parentId").GetGuid().ShouldBe(post);
        await (await erased.Post("more words")).ShouldBeProblem(403, "author_erased");
        await using var command = feed.Service.Database.CreateCommand("select count(*) from person_key where person_id = $1");
        command.Parameters.AddWithValue(person);
        (await command.ExecuteScalarAsync()).ShouldBe(0L);
        await using var names = feed.Service.Database.CreateCommand(
            "select count(*) from author where nickname = 'Somebody with a name'");
        (await names.ExecuteScalarAsync()).ShouldBe(0L);
    }

    private async Task<JsonElement> Read(Guid post) =>
        await feed.Service.Anonymous().GetFromJsonAsync<JsonElement>($"/feed/posts/{post}");
}
