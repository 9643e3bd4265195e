using System.Globalization;
using System.Security.Claims;
using Hutong.EventStore.Commands;
using Hutong.IdentityLink.Graph;
using Hutong.IdentityLink.History;
using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Receipts;
using Hutong.ServiceDefaults.Authentication;
using Hutong.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Hutong.IdentityLink.Operating;

/// <summary>Look at what a person was told.</summary>
/// <param name="Reason">Why.</param>
public sealed record LookAtNotices(string? Reason) : IOperation;

/// <summary>Look at a person's accounts, see <see cref="AccountsInTime"/>.</summary>
public sealed record LookAtAccounts(string? Reason, string? AsOf, string? KnownAt, string? After, int? Limit) : IOperation;

/// <summary>Look at a person's history, see <see cref="HistoryOfPerson"/>.</summary>
public sealed record LookAtHistory(string? Reason, string? Before, int? Limit) : IOperation;

/// <summary>Look at a person's receipts, see <see cref="ReceiptsDocument"/>; its <c>next</c> is a number here, to be passed as <c>after</c>.</summary>
/// <param name="Reason">Why.</param>
/// <param name="After">The number of the last receipt of the page before.</param>
public sealed record LookAtReceipts(string? Reason, long? After) : IOperation;

/// <summary>The notices that a person has not put away.</summary>
/// <param name="Notices">The latest, the newest first.</param>
public sealed record NoticesOfPerson(IReadOnlyList<NoticeOfPerson> Notices);

/// <summary>A notice.</summary>
/// <param name="Kind">What happened, see <see cref="NoticeKind"/>.</param>
/// <param name="Platform">The platform concerned; null where there is none.</param>
/// <param name="At">UTC.</param>
public sealed record NoticeOfPerson(string Kind, string? Platform, DateTimeOffset At);

/// <summary><c>POST /identity/operations/persons/{id}/…</c>: what an operator can see of a person, who sees that they did.</summary>
internal static class LookEndpoints
{
    public static void MapLooks(this IEndpointRouteBuilder routes)
    {
        var person = routes.MapOperations().MapGroup("/persons/{personId:guid}");
        person.MapPost("/accounts", Accounts);
        person.MapPost("/history", History);
        person.MapPost("/notices", Notices);
        person.MapPost("/receipts", Receipts);
    }

    private static async Task<Results<Ok<AccountsInTime>, ProblemHttpResult>> Accounts(
        Guid personId, LookAtAccounts look, ClaimsPrincipal caller, LookingAtPersons looking, GraphInTime graph, TimeProvider time,
        ProblemTable problems, CancellationToken cancellation)
    {
        var when = AsOf.Read(look.AsOf, look.KnownAt, time.GetUtcNow());
        if (!when.Succeeded)
            return problems.Answer(when.Rejection);
        return await Tell(
            await looking.Record(caller.PersonId(), personId, Look.Accounts, OperationReason.Of(look), cancellation),
            () => graph.AccountsOf(personId, when.Value, look.After, look.Limit, cancellation), problems);
    }

    private static async Task<Results<Ok<HistoryOfPerson>, ProblemHttpResult>> History(
        Guid personId, LookAtHistory look, ClaimsPrincipal caller, LookingAtPersons looking, PersonHistory history, ProblemTable problems,
        CancellationToken cancellation) =>
        await Tell(
            await looking.Record(caller.PersonId(), personId, Look.History, OperationReason.Of(look), cancellation),
            () => history.Of(personId, look.Before, look.Limit, cancellation), problems);

    private static async Task<Results<Ok<NoticesOfPerson>, ProblemHttpResult>> Notices(
        Guid personId, LookAtNotices look, ClaimsPrincipal caller, LookingAtPersons looking, Notices notices, ProblemTable problems,
        CancellationToken cancellation) =>
        await Tell<NoticesOfPerson>(
            await looking.Record(caller.PersonId(), personId, Look.Notices, OperationReason.Of(look), cancellation),
            async () => new NoticesOfPerson(
                [.. (await notices.Unseen(personId, cancellation)).Select(n => new NoticeOfPerson(n.Kind.ToString(), n.Platform, n.At))]),
            problems);

    private static async Task<Results<Ok<ReceiptsDocument>, ProblemHttpResult>> Receipts(
        Guid personId, LookAtReceipts look, ClaimsPrincipal caller, LookingAtPersons looking, ReceiptDownloads receipts,
        ProblemTable problems, CancellationToken cancellation) =>
        await Tell<ReceiptsDocument>(
            await looking.Record(caller.PersonId(), personId, Look.Receipts, OperationReason.Of(look), cancellation),
            async () => await receipts.Of(personId, look.After, last => last.ToString(CultureInfo.InvariantCulture), cancellation), problems);

    /// <summary>What there is to see, once the look is recorded.</summary>
    private static async Task<Results<Ok<T>, ProblemHttpResult>> Tell<T>(
        Outcome<Guid> recorded, Func<Task<Outcome<T>>> see, ProblemTable problems)
    {
        if (!recorded.Succeeded)
            return problems.Answer(recorded.Rejection);
        var seen = await see();
        return seen.Succeeded ? TypedResults.Ok(seen.Value) : problems.Answer(seen.Rejection);
    }
}
