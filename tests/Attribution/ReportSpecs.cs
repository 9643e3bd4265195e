using System.Net;
using System.Net.Http.Json;
using Hutong.Attribution.Reporting;
using Hutong.EventStore;
using Hutong.EventStore.Reading;
using Hutong.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Hutong.Attribution.Tests;

[Collection(nameof(Credits))]
public sealed class ReportSpecs(Credits credits)
{
    private readonly HttpClient brand = credits.Service.As(Guid.CreateVersion7());

    /// <summary>A currency of its own keeps a test's report apart from the other tests' orders.</summary>
    private readonly Story story = new() { Currency = "CNY" };

    [Fact]
    public async Task A_post_tells_what_it_brought_with_its_denominators()
    {
        await credits.Neighbours.Say(story.Published, story.LiNaReposted, story.Clicked(story.R1), story.Confirmed());
        PostReport? report = null;
        await Eventually.Passes(async () =>
        {
            report = await brand.GetFromJsonAsync<PostReport>($"/attribution/posts/{story.R1}");
            report.ShouldNotBeNull().Credits.Select(c => (c.Model, c.Orders, c.CreditMinor))
                .ShouldBe([("last_touch", 1, 1_299), ("linear", 1, 649)]);
        });
        (report!.ParentId, report.RootId, report.Depth, report.Clicks).ShouldBe((story.P, story.P, 1, 1));
        report.AllClicks.ShouldBeGreaterThanOrEqualTo(1);
        report.Credits.ShouldAllBe(c => c.AllOrders >= 1 && c.AllMinor >= 1_299);
    }

    [Fact]
    public async Task The_report_credits_posts_and_channels_and_what_is_left_adds_up()
    {
        var mine = new Story { Currency = "JPY" };
        await credits.Neighbours.Say(
            mine.Published, mine.LiNaReposted, mine.Clicked(mine.R1), mine.Confirmed(),
            mine.Confirmed(701) with { OrderId = Guid.CreateVersion7(), PersonId = Guid.CreateVersion7() });
        await Eventually.Passes(async () =>
        {
            var report = await Report("currency=JPY");
            (report.Orders, report.TotalMinor).ShouldBe((2, 2_000));
            report.Posts.Select(p => (p.PostId, p.Orders, p.CreditMinor)).ShouldBe([(mine.P, 1, 650), (mine.R1, 1, 649)]);
            report.Channels.Single(c => c.Channel == "social").CreditMinor.ShouldBe(1_299);
            report.PostUnattributed.ShouldBe(new Credited(1, 701));
            report.ChannelUnattributed.ShouldBe(new Credited(1, 701));
        });
        (await Report("currency=JPY&model=last_touch")).Posts.ShouldHaveSingleItem().CreditMinor.ShouldBe(1_299);
    }

    [Fact]
    public async Task Pages_of_posts_and_of_orders_follow_each_other_without_gap_or_repeat()
    {
        var stories = Enumerable.Range(0, 7).Select(_ => new Story { Currency = "KRW" }).ToList();
        foreach (var s in stories)
            await credits.Neighbours.Say(s.Published, s.Clicked(s.P), s.Confirmed(500));
        await Eventually.Passes(async () => (await Report("currency=KRW&limit=100")).Posts.Count.ShouldBe(7));

        var posts = new List<Guid>();
        for (string? next = ""; next is not null;)
        {
            var page = await Report($"currency=KRW&limit=3{next}");
            posts.AddRange(page.Posts.Select(p => p.PostId));
            next = page.Next is { } cursor ? $"&after={cursor}" : null;
        }
        posts.ShouldBe(stories.Select(s => s.P).OrderDescending());

        var orders = new List<Guid>();
        for (string? next = ""; next is not null;)
        {
            var page = await brand.GetFromJsonAsync<OrderPage>($"/attribution/orders?limit=3{next}");
            page!.Items.Count.ShouldBeLessThanOrEqualTo(3);
            orders.AddRange(page.Items.Select(o => o.OrderId));
            next = page.Next is { } cursor ? $"&before={cursor}" : null;
        }
        orders.ShouldBe(orders.Distinct().OrderDescending());
        stories.Select(s => s.OrderId).ShouldBeSubsetOf(orders);
    }

    [Theory]
    [InlineData("limit=0", 1)]
    [InlineData("limit=-5", 1)]
    [InlineData("limit=100000", 100)]
    public async Task A_page_has_one_to_a_hundred_entries(string limit, int most)
    {
        (await Report(limit)).Posts.Count.ShouldBeLessThanOrEqualTo(most);
        (await brand.GetFromJsonAsync<OrderPage>($"/attribution/orders?{limit}"))!.Items.Count.ShouldBeLessThanOrEqualTo(most);
    }

    [Fact]
    public async Task Bad_input_is_answered_with_what_to_do()
    {
        await (await brand.GetAsync($"/attribution/orders/{Guid.CreateVersion7()}")).ShouldBeProblem(404, "order_unknown");
        await (await brand.GetAsync($"/attribution/posts/{Guid.CreateVersion7()}")).ShouldBeProblem(404, "post_unknown");
        await (await brand.GetAsync("/attribution/orders/not-an-id")).ShouldBeProblem(404, "not_found");
        await (await brand.GetAsync("/attribution/orders?before=1")).ShouldBeProblem(400, "invalid_cursor");
        await (await brand.GetAsync("/attribution/report?after=9_nine")).ShouldBeProblem(400, "invalid_cursor");
        await (await brand.GetAsync("/attribution/report?model=markov")).ShouldBeProblem(400, "model_unknown");
        await (await brand.GetAsync("/attribution/report?limit=many")).ShouldBeProblem(400, "malformed_request");
        var mine = new Story();
        await credits.Neighbours.Say(mine.Confirmed());
        await credits.Service.Statement(mine.OrderId, 1);
        await (await brand.GetAsync($"/attribution/orders/{mine.OrderId}?statement=2")).ShouldBeProblem(404, "statement_unknown");
        foreach (var path in (string[])["/attribution/orders", $"/attribution/orders/{mine.OrderId}", $"/attribution/posts/{mine.P}", "/attribution/report", "/"])
            (await credits.Service.Anonymous().GetAsync(path)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task The_site_shows_the_report_and_explains_an_order_in_chinese_and_english()
    {
        var mine = new Story { Currency = "USD" };
        // Worth more than what other specs sell in this currency, so that it is on the first page.
        await credits.Neighbours.Say(
            mine.Published, mine.LiNaReposted, mine.WangReposted, mine.Clicked(mine.R2), mine.Confirmed(total: 200_000));
        await Eventually.Passes(async () =>
        {
            var report = await brand.GetStringAsync("/?currency=USD&ui_locales=en");
            report.ShouldContain($"href=\"http://social.localhost:8080/posts/{mine.R1}\"");
            report.ShouldContain($"href=\"http://social.localhost:8080/posts/{mine.P}\"");
            report.ShouldContain("By post and repost");
        });
        (await brand.GetStringAsync("/?ui_locales=zh-CN")).ShouldContain("按动态与转发");
        (await brand.GetStringAsync("/credit?ui_locales=en")).ShouldContain($"/credit/{mine.OrderId}");
        var order = WebUtility.HtmlDecode(await brand.GetStringAsync($"/credit/{mine.OrderId}?ui_locales=en"));
        order.ShouldContain("The buyer's own");
        order.ShouldContain("$1,000.00");
        (await brand.GetStringAsync($"/credit/{mine.OrderId}?ui_locales=zh")).ShouldContain("买家本人的转发");
        (await brand.GetAsync($"/credit/{Guid.CreateVersion7()}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await brand.GetAsync("/?model=markov")).StatusCode.ShouldBe(HttpStatusCode.Found);
    }

    [Fact]
    public async Task A_report_dropped_and_rebuilt_from_the_log_is_identical()
    {
        for (var i = 0; i < 5; i++)
        {
            var s = new Story();
            await credits.Neighbours.Say(s.Clicked(s.R1), s.Confirmed(), s.LiNaReposted, s.Published);
            // The last word on it: nothing may arrive while the tables are compared.
            await Eventually.Passes(async () =>
                (await credits.Service.Explanation(s.OrderId)).ShouldNotBeNull().Under("linear").Posts.Count.ShouldBe(2));
        }
        var mark = 0L;
        await Eventually.Passes(async () =>
        {
            mark = await HighWaterMark.Measure(credits.Service.Database);
            (await Checkpoint()).ShouldBeGreaterThanOrEqualTo(mark);
        });
        var live = await Contents(credits.Service.Database.CreateCommand(ContentsSql));

        await using var connection = await credits.Service.Database.OpenConnectionAsync();
        // Rolled back in the end: other tests read the live tables meanwhile.
        await using var transaction = await connection.BeginTransactionAsync();
        var projection = credits.Service.Services.GetRequiredService<ReportProjection>();
        await projection.Clear(connection, default);
        var log = await credits.Service.Services.GetRequiredService<IEventStore>().ReadAll(0, mark, int.MaxValue, projection.Types);
        foreach (var batch in log.Chunk(7))
            await projection.Apply(batch, connection, default);
        (await Contents(new NpgsqlCommand(ContentsSql, connection))).ShouldBe(live);
        live.ShouldNotBeEmpty();
    }

    private const string ContentsSql = """
        select concat_ws('|',
            (select string_agg(t::text, ',' order by t::text) from credited_order t),
            (select string_agg(t::text, ',' order by t::text) from order_total t),
            (select string_agg(t::text, ',' order by t::text) from credit_line t),
            (select string_agg(t::text, ',' order by t::text) from credit_total t),
            (select string_agg(t::text, ',' order by t::text) from click_total t))
        """;

    private static async Task<string> Contents(NpgsqlCommand command)
    {
        await using (command)
            return (string)(await command.ExecuteScalarAsync())!;
    }

    private async Task<long> Checkpoint()
    {
        await using var command = credits.Service.Database.CreateCommand(
            "select coalesce((select last_seq_id from mt_event_progression where name = 'Report:All'), 0)");
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private async Task<CreditReport> Report(string query) =>
        (await brand.GetFromJsonAsync<CreditReport>($"/attribution/report?{query}"))!;
}
