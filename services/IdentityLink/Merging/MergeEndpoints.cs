using Hutong.EventStore.Commands;
using Hutong.IdentityLink.Linking;
using Hutong.IdentityLink.Pages;
using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Platforms;
using Hutong.IdentityLink.Provider;
using Hutong.IdentityLink.Sessions;

namespace Hutong.IdentityLink.Merging;

/// <summary>
/// Merging, offered to whoever proved an account of each of two persons: what would change for either choice, and a
/// POST that does it. Undoing it likewise.
/// </summary>
internal static class MergeEndpoints
{
    public static void MapMerging(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/account/merge", Ask);
        routes.MapPost("/account/merge", Confirm).RequireFormToken();
        routes.MapGet("/account/merges/{merge:guid}/undo", AskUndo);
        routes.MapPost("/account/merges/{merge:guid}/undo", ConfirmUndo).RequireFormToken();
    }

    private static async Task<IResult> Ask(
        string? proof, Browser browser, LinkProofs proofs, MergingPersons merging, MergeSummaries summaries, KnownPlatforms platforms,
        CancellationToken cancellation)
    {
        if (browser.Session is not { } session)
            return new SeeOther("/sign-in");
        if (await proofs.Find(proof ?? "", browser.IdHash, session.PersonId, cancellation) is not { } proved)
            return ErrorPage.Of("link_proof_invalid", backTo: "/account");
        var preview = await merging.Preview(session.PersonId, new MergePersons(proved, KeepOther: false, session.SignIn), cancellation);
        if (!preview.Succeeded)
            return Refused(preview.Rejection);
        return Page.Of<MergePage>(new()
        {
            [nameof(MergePage.Browser)] = browser,
            [nameof(MergePage.Proof)] = proof,
            [nameof(MergePage.Mine)] = await summaries.Of(preview.Value.Holder.State, beside: preview.Value.Other.State, cancellation),
            [nameof(MergePage.Other)] = await summaries.Of(preview.Value.Other.State, beside: preview.Value.Holder.State, cancellation),
            [nameof(MergePage.Platforms)] = platforms,
        });
    }

    private static async Task<IResult> Confirm(
        HttpRequest http, Browser browser, LinkProofs proofs, MergingPersons merging, CancellationToken cancellation)
    {
        if (browser.Session is not { } session)
            return new SeeOther("/sign-in");
        if (http.Form["keep"].ToString() is not ("mine" or "other"))
            return ErrorPage.Of("malformed_request", backTo: "/account");
        if (await proofs.Take(http.Form["proof"].ToString(), browser.IdHash, session.PersonId, cancellation) is not { } proved)
            return ErrorPage.Of("link_proof_invalid", backTo: "/account");
        var keepOther = http.Form["keep"] == "other";
        var outcome = await merging.Merge(session.PersonId, new(proved, keepOther, session.SignIn), cancellation);
        if (!outcome.Succeeded)
            return Refused(outcome.Rejection);
        // The account in use went along with the person who was absorbed, and leads to the one who stays.
        if (keepOther)
            await browser.SignIn(outcome.Value.Holder.State.Id, session.Account, session.AuthenticatedAt, cancellation);
        else
            await browser.Rotate(cancellation);
        return new SeeOther("/account");
    }

    private static async Task<IResult> AskUndo(
        Guid merge, Browser browser, MergingPersons merging, MergeSummaries summaries, KnownPlatforms platforms, CancellationToken cancellation)
    {
        if (browser.Session is not { } session)
            return new SeeOther("/sign-in");
        var preview = await merging.Preview(session.PersonId, new UndoMerge(merge, session.SignIn), cancellation);
        if (!preview.Succeeded)
            return Refused(preview.Rejection);
        return Page.Of<UndoMergePage>(new()
        {
            [nameof(UndoMergePage.Browser)] = browser,
            [nameof(UndoMergePage.MergeId)] = merge,
            [nameof(UndoMergePage.Kept)] = await summaries.After(preview.Value, preview.Value.HolderAfter, cancellation),
            [nameof(UndoMergePage.Returned)] = await summaries.After(preview.Value, preview.Value.OtherAfter, cancellation),
            [nameof(UndoMergePage.EndsThisSession)] = preview.Value.Moved.Any(held => held.Account == session.Account),
            [nameof(UndoMergePage.Platforms)] = platforms,
        });
    }

    private static async Task<IResult> ConfirmUndo(Guid merge, Browser browser, MergingPersons merging, CancellationToken cancellation)
    {
        if (browser.Session is not { } session)
            return new SeeOther("/sign-in");
        var outcome = await merging.Undo(session.PersonId, new(merge, session.SignIn), cancellation);
        if (!outcome.Succeeded)
            return Refused(outcome.Rejection);
        if (outcome.Value.Moved.Any(held => held.Account == session.Account))
        {
            browser.SignedOut();
            return new SeeOther("/sign-in");
        }
        await browser.Rotate(cancellation);
        return new SeeOther("/account");
    }

    private static IResult Refused(Rejection rejection) =>
        ErrorPage.Of(rejection, rejection.Code == LinkDecision.NotFresh ? "/sign-in" : "/account");
}
