using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Hutong.Attribution.Crediting;
using Hutong.Testing;

namespace Hutong.Attribution.Tests;

/// <summary>The API as a caller reads it.</summary>
internal static class Calls
{
    public static async Task<OrderExplanation?> Explanation(this ServiceUnderTest<Program> service, Guid order, int? statement = null)
    {
        using var caller = service.As(Guid.CreateVersion7());
        var response = await caller.GetAsync($"/attribution/orders/{order}{(statement is null ? "" : $"?statement={statement}")}");
        return response.StatusCode == HttpStatusCode.OK ? await response.Content.ReadFromJsonAsync<OrderExplanation>() : null;
    }

    /// <summary>Waits until the order's last statement has a number.</summary>
    public static async Task<OrderExplanation> Statement(this ServiceUnderTest<Program> service, Guid order, int number)
    {
        OrderExplanation? found = null;
        await Eventually.Passes(async () => (found = await service.Explanation(order)).ShouldNotBeNull().Statement.ShouldBe(number));
        return found!;
    }

    public static ModelExplanation Under(this OrderExplanation order, string model) => order.Models.Single(m => m.Model == model);

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
}
