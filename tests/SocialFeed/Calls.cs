using System.Net.Http.Json;
using System.Text.Json;

namespace Hutong.SocialFeed.Tests;

/// <summary>The API as a caller writes it.</summary>
internal static class Calls
{
    public static async Task<HttpResponseMessage> Post(this HttpClient caller, string text, string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/feed/posts") { Content = JsonContent.Create(new { text }) };
        request.Headers.Add("Idempotency-Key", key ?? Guid.CreateVersion7().ToString());
        return await caller.SendAsync(request);
    }

    public static async Task<HttpResponseMessage> Repost(this HttpClient caller, Guid post, string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/feed/posts/{post}/reposts");
        request.Headers.Add("Idempotency-Key", key ?? Guid.CreateVersion7().ToString());
        return await caller.SendAsync(request);
    }

    public static async Task<Guid> PostId(this Task<HttpResponseMessage> response) =>
        (await (await response).EnsureSuccessStatusCode().Json()).GetProperty("postId").GetGuid();

    public static async Task<JsonElement> Json(this HttpResponseMessage response) =>
        await response.Content.ReadFromJsonAsync<JsonElement>();

    public static async Task ShouldBeProblem(this HttpResponseMessage response, int status, string code)
    {
        ((int)response.StatusCode).ShouldBe(status);
        response.Content.Headers.ContentType?.MediaType.ShouldBe("application/problem+json");
        var problem = await response.Json();
        problem.GetProperty("code").GetString().ShouldBe(code);
        problem.GetProperty("detail").GetString().ShouldNotBeNullOrEmpty();
        problem.TryGetProperty("traceId", out _).ShouldBeTrue();
    }

    public static async Task<Guid[]> Timeline(this HttpClient caller)
    {
        var page = await caller.GetFromJsonAsync<JsonElement>("/feed/timeline");
        return [.. page.GetProperty("items").EnumerateArray().Select(p => p.GetProperty("postId").GetGuid())];
    }
}
