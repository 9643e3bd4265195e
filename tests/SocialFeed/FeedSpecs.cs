using System.Net;
using System.Net.Http.Json;
using System.Text;
using Hutong.Testing;

namespace Hutong.SocialFeed.Tests;

[Collection(nameof(Feed))]
public sealed class FeedSpecs(Feed feed)
{
    private readonly HttpClient liNa = feed.Service.As(Guid.CreateVersion7(), "Li Na");

    [Fact]
    public async Task A_published_post_is_shown_with_its_author_and_product()
    {
        var response = await liNa.Post("新书桌 http://shop.localhost:8080/products/desk-1 !");
        response.StatusCode.ShouldBe(HttpStatusCode.Created);
        var post = await (await feed.Other.Anonymous().GetAsync(response.Headers.Location)).Json();
        post.GetProperty("author").GetString().ShouldBe("Li Na");
        post.GetProperty("productId").GetString().ShouldBe("desk-1");
        post.GetProperty("depth").GetInt32().ShouldBe(0);
    }

    [Fact]
    public async Task A_chain_of_reposts_keeps_parent_root_and_depth_and_is_counted()
    {
        var root = await liNa.Post("pass it on").PostId();
        var first = await feed.Service.As(Guid.CreateVersion7()).Repost(root).PostId();
        var second = await (await feed.Other.As(Guid.CreateVersion7()).Repost(first)).Json();
        second.GetProperty("parentId").GetGuid().ShouldBe(first);
        second.GetProperty("rootId").GetGuid().ShouldBe(root);
        second.GetProperty("depth").GetInt32().ShouldBe(2);
        await Eventually.Passes(async () =>
            (await feed.Service.Anonymous().GetFromJsonAsync<System.Text.Json.JsonElement>($"/feed/posts/{root}"))
            .GetProperty("reposts").GetInt32().ShouldBe(2));
    }

    [Fact]
    public async Task The_same_request_under_one_key_makes_one_post()
    {
        var key = Guid.CreateVersion7().ToString();
        var posts = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => liNa.Post("once", key).PostId()));
        posts.Distinct().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Another_request_under_the_same_key_is_refused()
    {
        var key = Guid.CreateVersion7().ToString();
        (await liNa.Post("one thing", key)).StatusCode.ShouldBe(HttpStatusCode.Created);
        await (await liNa.Post("another thing", key)).ShouldBeProblem(422, "idempotency_key_reused");
    }

    [Fact]
    public async Task Without_an_idempotency_key_nothing_is_created() =>
        await (await liNa.PostAsJsonAsync("/feed/posts", new { text = "hello" })).ShouldBeProblem(400, "idempotency_key_missing");

    [Fact]
    public async Task Eight_reposts_of_one_post_by_one_person_at_once_make_one()
    {
        var root = await liNa.Post("once only").PostId();
        var wang = feed.Service.As(Guid.CreateVersion7());
        var responses = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => wang.Repost(root)));
        responses.Count(r => r.StatusCode == HttpStatusCode.Created).ShouldBe(1);
        foreach (var refused in responses.Where(r => r.StatusCode != HttpStatusCode.Created))
            (await refused.Json()).GetProperty("code").GetString().ShouldBeOneOf("already_reposted", "conflict");
    }

    [Fact]
    public async Task Bad_input_is_answered_with_what_to_do()
    {
        await (await liNa.Post(new string('x', 2_001))).ShouldBeProblem(422, "text_too_long");
        await (await liNa.Post(" ")).ShouldBeProblem(422, "text_missing");
        await (await liNa.Repost(Guid.CreateVersion7())).ShouldBeProblem(404, "post_unknown");
        await (await liNa.GetAsync($"/feed/posts/{Guid.CreateVersion7()}")).ShouldBeProblem(404, "post_unknown");
        await (await liNa.GetAsync("/feed/posts/not-an-id")).ShouldBeProblem(404, "not_found");
        await (await liNa.GetAsync("/feed/timeline?before=';drop")).ShouldBeProblem(400, "invalid_cursor");
        await (await liNa.GetAsync("/feed/latest?before=1")).ShouldBeProblem(400, "invalid_cursor");
        await (await liNa.GetAsync("/feed/timeline?limit=many")).ShouldBeProblem(400, "malformed_request");
        await (await liNa.PutAsync($"/feed/following/{Guid.CreateVersion7()}", null)).ShouldBeProblem(404, "author_unknown");
        using var malformed = new StringContent("{\"text\": ", Encoding.UTF8, "application/json");
        await (await liNa.PostAsync("/feed/posts", malformed)).ShouldBeProblem(400, "malformed_request");
        using var plain = new StringContent("text", Encoding.UTF8, "text/plain");
        await (await liNa.PostAsync("/feed/posts", plain)).ShouldBeProblem(415, "unsupported_media_type");
        await (await feed.Service.Anonymous().Post("hello")).ShouldBeProblem(401, "unauthorized");
    }

    [Fact]
    public async Task What_was_said_is_not_in_the_log_in_the_clear()
    {
        var said = $"secret-{Guid.CreateVersion7()}";
        await feed.Service.As(Guid.CreateVersion7(), "Zhang Distinctive").Post(said).PostId();
        await using var command = feed.Service.Database.CreateCommand(
            "select count(*) from mt_events where data::text like $1 or headers::text like $1 or data::text like '%Zhang Distinctive%'");
        command.Parameters.AddWithValue($"%{said}%");
        (await command.ExecuteScalarAsync()).ShouldBe(0L);
    }

    [Fact]
    public async Task The_site_works_without_script()
    {
        var wang = feed.Service.As(Guid.CreateVersion7(), "Wang");
        using var form = new FormUrlEncodedContent([new("text", "<b>hi</b> http://shop.localhost:8080/products/desk-2")]);
        var published = await wang.PostAsync("/posts", form);
        published.StatusCode.ShouldBe(HttpStatusCode.Found);
        var html = await wang.GetStringAsync(published.Headers.Location);
        html.ShouldContain("&lt;b&gt;hi&lt;/b&gt;");
        html.ShouldContain("href=\"http://shop.localhost:8080/products/desk-2?via=");
        html.ShouldContain("product=\"desk-2\"");
    }

    [Fact]
    public async Task A_page_speaks_chinese_or_english()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.Add("Accept-Language", "zh-CN,en;q=0.5");
        var html = await (await feed.Service.Anonymous().SendAsync(request)).Content.ReadAsStringAsync();
        html.ShouldContain("lang=\"zh-CN\"");
        html.ShouldContain("最新动态");
        (await feed.Service.Anonymous().GetStringAsync("/?ui_locales=en")).ShouldContain("Latest posts");
    }
}
