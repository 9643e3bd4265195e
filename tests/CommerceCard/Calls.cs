using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace Hutong.CommerceCard.Tests;

/// <summary>The API as a caller writes it.</summary>
internal static class Calls
{
    public static Task<HttpResponseMessage> Import(this HttpClient caller, string feed, string? key = null) =>
        caller.Import(Encoding.UTF8.GetBytes(feed), key);

    public static async Task<HttpResponseMessage> Import(this HttpClient caller, byte[] feed, string? key = null)
    {
        using var content = new ByteArrayContent(feed);
        content.Headers.ContentType = new MediaTypeHeaderValue("text/tab-separated-values");
        return await caller.Send("/catalogue/import", content, key);
    }

    public static Task<HttpResponseMessage> Order(
        this HttpClient caller, string productId, int? quantity = null, Guid? viaPostId = null, string? key = null) =>
        caller.Send("/orders", JsonContent.Create(new { productId, quantity, viaPostId }), key);

    public static Task<HttpResponseMessage> Pay(this HttpClient caller, Guid orderId, string token = "tok_ok", string? key = null) =>
        caller.Send($"/orders/{orderId}/pay", JsonContent.Create(new { token }), key);

    public static Task<HttpResponseMessage> PublishLadder(
        this HttpClient caller, string productId, long floorMinor, (long Reposts, long PriceMinor)[] steps,
        string? key = null, string? ifMatch = null) =>
        caller.Send(
            "/ladders",
            JsonContent.Create(new { productId, floorMinor, steps = steps.Select(s => new { reposts = s.Reposts, priceMinor = s.PriceMinor }) }),
            key,
            ifMatch);

    public static async Task<Guid> OrderId(this Task<HttpResponseMessage> response) =>
        (await (await response).EnsureSuccessStatusCode().Json()).GetProperty("orderId").GetGuid();

    public static Task<JsonElement> Card(this HttpClient caller, string productId) =>
        caller.GetFromJsonAsync<JsonElement>($"/cards/{productId}");

    public static long PriceOf(this JsonElement card) => card.GetProperty("price").GetProperty("minor").GetInt64();

    public static int Units(this JsonElement card) => card.GetProperty("availability").GetProperty("units").GetInt32();

    public static async Task<HttpResponseMessage> Send(
        this HttpClient caller, string path, HttpContent? content, string? key = null, string? ifMatch = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
        request.Headers.Add("Idempotency-Key", key ?? Guid.CreateVersion7().ToString());
        if (ifMatch is not null)
            request.Headers.IfMatch.Add(EntityTagHeaderValue.Parse(ifMatch));
        return await caller.SendAsync(request);
    }

    public static async Task<JsonElement> Json(this HttpResponseMessage response) =>
        await response.Content.ReadFromJsonAsync<JsonElement>();

    public static async Task ShouldBeProblem(this HttpResponseMessage response, int status, string code)
    {
        ((int)response.StatusCode).ShouldBe(status, await response.Content.ReadAsStringAsync());
        response.Content.Headers.ContentType?.MediaType.ShouldBe("application/problem+json");
        var problem = await response.Json();
        problem.GetProperty("code").GetString().ShouldBe(code);
        problem.GetProperty("detail").GetString().ShouldNotBeNullOrEmpty();
        problem.TryGetProperty("traceId", out _).ShouldBeTrue();
    }
}
