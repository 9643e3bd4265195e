using System.Security.Claims;
using Hutong.CommerceCard.Products;
using Hutong.CommerceCard.Shops;
using Hutong.CommerceCard.Stock;
using Hutong.EventStore;
using Hutong.EventStore.Commands;
using Hutong.ServiceDefaults.Authentication;
using Hutong.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace Hutong.CommerceCard.Catalogue;

/// <summary>What an import did.</summary>
/// <param name="Imported">Products listed for the first time.</param>
/// <param name="Changed">Products of which something changed.</param>
/// <param name="Unchanged">Products that were already so.</param>
/// <param name="Rejected">Lines that were not imported, the first hundred.</param>
/// <param name="RejectedTotal">How many lines were not imported.</param>
public sealed record ImportReport(
    int Imported, int Changed, int Unchanged, IReadOnlyList<RejectedLine> Rejected, int RejectedTotal);

/// <summary>
/// <c>POST /catalogue/import</c>, with <c>Idempotency-Key</c>: a Google Merchant product feed as
/// <c>text/tab-separated-values</c>. The products belong to the caller's shop.
/// </summary>
internal static class ImportCatalogue
{
    private const long MaxBody = 32 << 20;

    public static void Map(IEndpointRouteBuilder app) => app.MapPost("/catalogue/import", Import)
        .RequireAuthorization()
        .Accepts<string>("text/tab-separated-values")
        .WithMetadata(new RequestSizeLimitAttribute(MaxBody));

    private static async Task<Results<Ok<ImportReport>, ProblemHttpResult>> Import(
        HttpRequest http, ClaimsPrincipal caller, CatalogueCommands catalogue, ProblemTable problems, CancellationToken cancellation)
    {
        var key = http.IdempotencyKey();
        if (!key.Succeeded)
            return problems.Answer(key.Rejection);
        try
        {
            var feed = await FeedReader.Read(http.Body, cancellation);
            var outcome = await catalogue.Import(caller.PersonId(), feed, key.Value, cancellation);
            return outcome.Succeeded ? TypedResults.Ok(outcome.Value) : problems.Answer(outcome.Rejection);
        }
        catch (FeedException e)
        {
            return problems.Answer(new Rejection(CommerceProblems.FeedInvalid, e.Message));
        }
    }
}

/// <summary>Brings a shop's products to what its feed says.</summary>
internal sealed class CatalogueCommands(
    IdempotentCommands commands, IEventStore store, NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>A new product is two events; so a commit is about a thousand.</summary>
    private const int RowsPerCommit = 500;

    private const int Attempts = 4;
    private const int MaxRejectedShown = 100;

    /// <summary>
    /// Imports in big commits. Each product is decided by itself, so an import that broke off halfway is gone on with by
    /// sending it again: what is in place is found unchanged.
    /// </summary>
    public Task<Outcome<ImportReport>> Import(Guid personId, Feed feed, string key, CancellationToken cancellation) =>
        commands.Run(
            new IdempotentRequest($"catalogue:{personId}", key, feed.Hash),
            CommerceJson.Default.ImportReport,
            async token =>
            {
                var shopId = Shop.Of(personId);
                await Shop.Open(store, shopId, personId, time.GetUtcNow(), token);
                var tally = new Tally(feed.Rejected);
                foreach (var rows in feed.Rows.Chunk(RowsPerCommit))
                    await ImportRows(personId, shopId, rows, tally, token);
                return new Decision<ImportReport>(tally.Report());
            },
            cancellation);

    private async Task ImportRows(Guid personId, Guid shopId, FeedRow[] rows, Tally tally, CancellationToken cancellation)
    {
        var headers = new EventHeaders(Actor: personId.ToString());
        for (var attempt = 1; rows.Length > 0; attempt++)
        {
            var ids = rows.Select(r => r.Id).ToArray();
            var products = await Streams.Products.LoadMany(database, store, ids, cancellation);
            var stocks = await Streams.Stocks.LoadMany(database, store, ids, cancellation);
            var planned = new List<(FeedRow Row, UnitOfWork Work, bool IsNew)>();
            foreach (var row in rows)
            {
                var (product, stock) = (products[row.Id], stocks[row.Id]);
                var now = time.GetUtcNow();
                var decided = Product.Import(product.State, row.Id, shopId, row.Details, row.PriceMinor, row.Currency, now);
                if (!decided.Succeeded)
                {
                    tally.Reject(row.Line, decided.Rejection.Code);
                    continue;
                }
                var work = Streams.Products.Advance(UnitOfWork.Empty, product, decided.Value);
                work = Streams.Stocks.Advance(work, stock, ProductStock.Count(stock.State, row.Quantity, now));
                if (work.Appends.Count == 0)
                    tally.Unchanged++;
                else
                    planned.Add((row, work with { Headers = headers }, !product.Exists));
            }

            // One refused unit does not fail its neighbours: only what another writer touched is decided again.
            var results = await store.Commit([.. planned.Select(p => p.Work)], cancellation);
            var again = new List<FeedRow>();
            foreach (var (plan, result) in planned.Zip(results))
            {
                if (result is CommitResult.Committed)
                    tally.Done(plan.IsNew);
                else if (attempt < Attempts)
                    again.Add(plan.Row);
                else
                    tally.Reject(plan.Row.Line, Rejection.ConflictCode);
            }
            rows = [.. again];
        }
    }

    private sealed class Tally(IReadOnlyList<RejectedLine> unreadable)
    {
        private readonly List<RejectedLine> rejected = [.. unreadable];
        private int imported;
        private int changed;

        public int Unchanged { get; set; }

        public void Reject(int line, string code) => rejected.Add(new RejectedLine(line, code));

        public void Done(bool isNew) => _ = isNew ? imported++ : changed++;

        public ImportReport Report() => new(
            imported, changed, Unchanged, [.. rejected.OrderBy(r => r.Line).Take(MaxRejectedShown)], rejected.Count);
    }
}
