using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Hutong.CommerceCard.Paying;
using Hutong.Testing;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace Hutong.CommerceCard.Tests;

/// <summary>The real simulator of a payment provider, with a line to it that is slow or breaks.</summary>
public sealed class LatePaymentSpecs(Servers servers, InternalTokens tokens) : IAsyncLifetime
{
    private readonly Line line = new();
    private readonly string product = $"desk-{Guid.NewGuid():N}";
    private ServiceUnderTest<Program> service = null!;
    private WebApplicationFactory<Program> instance = null!;
    private HttpClient buyer = null!;
    private Guid order;

    public async ValueTask InitializeAsync()
    {
        service = await ServiceUnderTest<Program>.Start(
            servers, tokens, "commerce-card", new Dictionary<string, string?> { ["Ordering:ReserveFor"] = "00:00:02" });
        instance = service.WithWebHostBuilder(host => host.ConfigureTestServices(services => services.AddSingleton<IPayments>(
            provider => new LinePayments(ActivatorUtilities.CreateInstance<SimulatedPayments>(provider), line))));
        buyer = instance.CreateClient();
        buyer.DefaultRequestHeaders.Authorization = tokens.Bearer("commerce-card", Guid.CreateVersion7());
        (await buyer.Import(Feeds.Of(Feeds.Row(product, quantity: "4")))).EnsureSuccessStatusCode();
        order = await buyer.Order(product, 3).OrderId();
    }

    public async ValueTask DisposeAsync()
    {
        await instance.DisposeAsync();
        await service.DisposeAsync();
    }

    [Fact]
    public async Task Money_that_comes_after_the_order_expired_goes_back()
    {
        var arrives = new TaskCompletionSource();
        line.Before = () => arrives.Task;
        var paying = buyer.Pay(order);
        await Eventually.Passes(async () => (await Status()).ShouldBe("expired"));
        arrives.SetResult();

        await (await paying).ShouldBeProblem(409, "order_expired");
        (await Scalar("select count(*) from simulated_payment where declined is null and refunded_at is not null")).ShouldBe(1);
        (await buyer.GetFromJsonAsync<JsonElement>($"/orders/{order}")).TryGetProperty("refundedPaymentId", out _).ShouldBeTrue();
        (await buyer.Card(product)).Units().ShouldBe(4);
    }

    [Fact]
    public async Task A_charge_whose_answer_was_lost_settles_the_order_when_its_time_is_up()
    {
        line.After = () => throw new HttpRequestException("The line broke.");
        (await buyer.Pay(order)).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        await Eventually.Passes(async () => (await Status()).ShouldBe("confirmed"));
        (await buyer.Card(product)).Units().ShouldBe(1);
        (await Scalar("select count(*) from simulated_payment where refunded_at is null")).ShouldBe(1);
    }

    [Fact]
    public async Task A_charge_whose_answer_was_lost_is_found_by_another_payment_and_nothing_is_charged_twice()
    {
        line.After = () => throw new HttpRequestException("The line broke.");
        (await buyer.Pay(order)).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        await (await buyer.Pay(order)).ShouldBeProblem(409, "order_already_paid");
        (await Status()).ShouldBe("confirmed");
        (await Scalar("select count(*) from simulated_payment")).ShouldBe(1);
    }

    [Fact]
    public async Task A_charge_whose_answer_was_lost_is_not_made_again_by_the_same_request()
    {
        var key = Guid.CreateVersion7().ToString();
        line.After = () => throw new HttpRequestException("The line broke.");
        (await buyer.Pay(order, key: key)).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        line.After = () => Task.CompletedTask;
        (await buyer.Pay(order, key: key)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await Scalar("select count(*) from simulated_payment")).ShouldBe(1);
    }

    private async Task<string?> Status() =>
        (await buyer.GetFromJsonAsync<JsonElement>($"/orders/{order}")).GetProperty("status").GetString();

    private async Task<long> Scalar(string sql)
    {
        await using var command = service.Database.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private sealed class Line
    {
        public Func<Task> Before { get; set; } = () => Task.CompletedTask;

        public Func<Task> After { get; set; } = () => Task.CompletedTask;
    }

    private sealed class LinePayments(IPayments provider, Line line) : IPayments
    {
        public async Task<PaymentAnswer> Charge(PaymentRequest request, CancellationToken cancellation)
        {
            await line.Before();
            var answer = await provider.Charge(request, cancellation);
            await line.After();
            return answer;
        }

        public Task<PaymentAnswer?> Find(Guid paymentId, CancellationToken cancellation) => provider.Find(paymentId, cancellation);

        public Task Refund(Guid paymentId, CancellationToken cancellation) => provider.Refund(paymentId, cancellation);
    }
}
