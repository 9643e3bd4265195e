using Hutong.EventStore.PersonalData;
using Hutong.IdentityLink.Linking;
using Hutong.IdentityLink.Pages;
using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Platforms;
using Hutong.IdentityLink.Provider;
using Hutong.IdentityLink.Sessions;
using Hutong.IdentityLink.SigningIn;

namespace Hutong.IdentityLink.Recovering;

/// <summary>
/// Recovery: a code, or a session that outlives the last way in, lets a browser link a new account; only that account
/// signs it in. Like a link it needs a proof and a POST that confirms.
/// </summary>
internal static class RecoveryEndpoints
{
    public static void MapRecovery(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/account/recovery-code", MakeCode).RequireFormToken();
        routes.MapGet("/recover", Show);
        routes.MapPost("/recover", EnterCode).RequireFormToken(longestField: 128);
        routes.MapPost("/recover/leave", Leave).RequireFormToken();
        routes.MapPost("/recover/signed-in", BeginSignedIn).RequireFormToken();
        routes.MapPost("/recover/at/{platform}", Visit).RequireFormToken();
        routes.MapGet("/recover/confirm", Ask);
        routes.MapPost("/recover/confirm", Confirm).RequireFormToken();
    }

    private static async Task<IResult> MakeCode(Browser browser, MakingRecoveryCodes making, CancellationToken cancellation)
    {
        if (browser.Session is not { } session)
            return new SeeOther("/sign-in");
        var code = await making.Handle(session.PersonId, new(Guid.CreateVersion7(), session.AuthenticatedAt), cancellation);
        return code.Succeeded
            ? Page.Of<RecoveryCodePage>(new() { [nameof(RecoveryCodePage.Code)] = code.Value })
            : ErrorPage.Of(code.Rejection, backTo: "/sign-in");
    }

    private static async Task<IResult> Show(
        Browser browser, Recoveries recoveries, KnownPlatforms platforms, WaysIn ways, PlatformOrigins origins, CancellationToken cancellation)
    {
        var isUnderWay = await recoveries.Of(browser, cancellation) is not null;
        return Page.Of<RecoverPage>(new()
        {
            [nameof(RecoverPage.Browser)] = browser,
            [nameof(RecoverPage.Ways)] = isUnderWay ? platforms.All.Where(platform => ways.IsOpen(platform.Name)).ToArray() : null,
        }, formTargets: origins.All);
    }

    private static async Task<IResult> EnterCode(
        HttpRequest http, Browser browser, RecoveryCodes codes, Recoveries recoveries, CancellationToken cancellation) =>
        RecoveryCode.HashOf(http.Form["code"].ToString()) is { } hash
        && await codes.Find(hash, cancellation) is { } recovery
        && await recoveries.Begin(browser, recovery, cancellation)
            ? new SeeOther("/recover")
            : ErrorPage.Of(RecoverDecision.Invalid, backTo: "/recover");

    private static async Task<IResult> Leave(Browser browser, Recoveries recoveries, CancellationToken cancellation)
    {
        await recoveries.Leave(browser, cancellation);
        return new SeeOther("/sign-in");
    }

    private static async Task<IResult> BeginSignedIn(Browser browser, Recoveries recoveries, CancellationToken cancellation)
    {
        if (browser.Session is not { } session)
            return new SeeOther("/sign-in");
        return await recoveries.Begin(browser, new(session.PersonId, CodeId: null), cancellation)
            ? new SeeOther("/recover")
            : ErrorPage.Of(RecoverDecision.Invalid, backTo: "/account");
    }

    private static async Task<IResult> Visit(
        string platform, Browser browser, Recoveries recoveries, KnownPlatforms platforms, Visiting visiting, CancellationToken cancellation)
    {
        if (platforms.Find(platform) is not { } known)
            return ErrorPage.Of("unknown_platform", backTo: "/recover");
        return await recoveries.Of(browser, cancellation) is { } recovery
            ? await visiting.Begin(browser, known, new Visit(VisitIntent.Recover, recovery.PersonId), cancellation)
            : ErrorPage.Of(RecoverDecision.Invalid, backTo: "/recover");
    }

    private static async Task<IResult> Ask(
        string? proof, Browser browser, Recoveries recoveries, LinkProofs proofs, PersonKeys keys, KnownPlatforms platforms,
        CancellationToken cancellation)
    {
        if (await recoveries.Of(browser, cancellation) is not { } recovery
            || await proofs.Find(proof ?? "", browser.IdHash, recovery.PersonId, cancellation) is not { } proved
            || platforms.Find(proved.Platform) is not { } platform
            || await keys.Find(recovery.PersonId, cancellation) is not { } key)
            return ErrorPage.Of("link_proof_invalid", backTo: "/recover");
        return Page.Of<ConfirmRecoveryPage>(new()
        {
            [nameof(ConfirmRecoveryPage.Browser)] = browser,
            [nameof(ConfirmRecoveryPage.Proof)] = proof,
            [nameof(ConfirmRecoveryPage.Platform)] = platform,
            [nameof(ConfirmRecoveryPage.Nickname)] = key.OpenOptional(proved.Nickname),
        });
    }

    private static async Task<IResult> Confirm(
        HttpRequest http, Browser browser, Recoveries recoveries, LinkProofs proofs, RecoveringPersons recovering, LettingIn lettingIn,
        CancellationToken cancellation)
    {
        if (await recoveries.Of(browser, cancellation) is not { } recovery
            || await proofs.Take(http.Form["proof"].ToString(), browser.IdHash, recovery.PersonId, cancellation) is not { } proved)
            return ErrorPage.Of("link_proof_invalid", backTo: "/recover");
        var account = await recovering.Handle(new(recovery, proved), cancellation);
        return account.Succeeded
            ? await lettingIn.LetIn(browser, new(recovery.PersonId, account.Value, SameHuman: null), requestId: null, cancellation)
            : ErrorPage.Of(account.Rejection, backTo: "/recover");
    }
}
