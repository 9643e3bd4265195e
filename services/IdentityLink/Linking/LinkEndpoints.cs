using Hutong.EventStore.PersonalData;
using Hutong.IdentityLink.Pages;
using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Platforms;
using Hutong.IdentityLink.Provider;
using Hutong.IdentityLink.Receipts;
using Hutong.IdentityLink.Sessions;
using Hutong.IdentityLink.SigningIn;
using Microsoft.Extensions.Options;

namespace Hutong.IdentityLink.Linking;

/// <summary>Linking in three steps: a POST to the platform, its proof, and a POST that confirms. No GET links anything.</summary>
internal static class LinkEndpoints
{
    public static void MapLinking(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/account/link/{platform}", Start).RequireFormToken();
        routes.MapGet("/account/link/confirm", Ask);
        routes.MapPost("/account/link", Confirm).RequireFormToken();
    }

    private static async Task<IResult> Start(
        string platform, Browser browser, KnownPlatforms platforms, Visiting visiting, IOptions<LinkingOptions> options, TimeProvider time,
        CancellationToken cancellation)
    {
        if (platforms.Find(platform) is not { } known)
            return ErrorPage.Of("unknown_platform", backTo: "/account");
        if (browser.Session is not { } session)
            return new SeeOther("/sign-in");
        if (time.GetUtcNow() - session.AuthenticatedAt > options.Value.FreshFor)
            return ErrorPage.Of(LinkDecision.NotFresh, backTo: "/sign-in");
        return await visiting.Begin(browser, known, new Visit(VisitIntent.Link, session.PersonId), cancellation);
    }

    private static async Task<IResult> Ask(
        string? proof, Browser browser, LinkProofs proofs, PersonKeys keys, KnownPlatforms platforms, CancellationToken cancellation)
    {
        if (browser.Session is not { } session)
            return new SeeOther("/sign-in");
        if (await proofs.Find(proof ?? "", browser.IdHash, session.PersonId, cancellation) is not { } proved
            || platforms.Find(proved.Platform) is not { } platform
            || await keys.Find(session.PersonId, cancellation) is not { } key)
            return ErrorPage.Of("link_proof_invalid", backTo: "/account");
        return Page.Of<ConfirmLinkPage>(new()
        {
            [nameof(ConfirmLinkPage.Browser)] = browser,
            [nameof(ConfirmLinkPage.Proof)] = proof,
            [nameof(ConfirmLinkPage.Platform)] = platform,
            [nameof(ConfirmLinkPage.Nickname)] = key.OpenOptional(proved.Nickname),
        });
    }

    private static async Task<IResult> Confirm(
        HttpRequest http, Browser browser, LinkProofs proofs, LinkingAccounts linking, CancellationToken cancellation)
    {
        if (browser.Session is not { } session)
            return new SeeOther("/sign-in");
        if (await proofs.Take(http.Form["proof"].ToString(), browser.IdHash, session.PersonId, cancellation) is not { } proved)
            return ErrorPage.Of("link_proof_invalid", backTo: "/account");
        var outcome = await linking.Handle(session.PersonId, new LinkAccount(proved, session.SignIn, ConfirmedText.Link), cancellation);
        if (!outcome.Succeeded)
            return ErrorPage.Of(outcome.Rejection, backTo: "/account");
        await browser.Rotate(cancellation);
        return new SeeOther($"/account?linked={outcome.Value}");
    }
}
