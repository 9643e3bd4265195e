using Hutong.EventStore;
using Hutong.IdentityLink.Pages;
using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Platforms;
using Hutong.IdentityLink.Provider;
using Hutong.IdentityLink.Sessions;
using Microsoft.Extensions.Options;

namespace Hutong.IdentityLink.Linking;

/// <summary>Unlinking in two steps: what would change, and a POST that does it.</summary>
internal static class UnlinkEndpoints
{
    public static void MapUnlinking(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/account/unlink", Ask);
        routes.MapPost("/account/unlink", Confirm).RequireFormToken();
    }

    private static async Task<IResult> Ask(
        string? account, Browser browser, IEventStore store, LinkedAccounts accounts, KnownPlatforms platforms, Reach reach, WaysIn ways,
        IOptions<LinkingOptions> options, TimeProvider time, CancellationToken cancellation)
    {
        if (browser.Session is not { } session)
            return new SeeOther("/sign-in");
        var person = await store.Load(Person.Fold, Person.StreamOf(session.PersonId), cancellation: cancellation);
        var outcome = UnlinkDecision.Decide(
            new(account ?? "", session.SignIn), person.State, ways, time.GetUtcNow(), options.Value);
        if (!outcome.Succeeded)
            return Refused(outcome.Rejection.Code);
        var all = await accounts.Of(session.PersonId, cancellation);
        return Page.Of<UnlinkPage>(new()
        {
            [nameof(UnlinkPage.Browser)] = browser,
            [nameof(UnlinkPage.Account)] = all.First(linked => linked.Account == account),
            [nameof(UnlinkPage.Others)] = all.Where(linked => linked.Account != account && ways.IsOpen(linked.Platform)).ToArray(),
            [nameof(UnlinkPage.Reach)] = await reach.OfAccount(account!, cancellation),
            [nameof(UnlinkPage.IsInUse)] = session.Account == account,
            [nameof(UnlinkPage.Platforms)] = platforms,
        });
    }

    private static async Task<IResult> Confirm(
        HttpRequest http, Browser browser, UnlinkingAccounts unlinking, CancellationToken cancellation)
    {
        if (browser.Session is not { } session)
            return new SeeOther("/sign-in");
        var account = http.Form["account"].ToString();
        var outcome = await unlinking.Handle(session.PersonId, new(account, session.SignIn), cancellation);
        if (!outcome.Succeeded)
            return Refused(outcome.Rejection.Code);
        if (session.Account == account)
        {
            browser.SignedOut();
            return new SeeOther("/sign-in");
        }
        await browser.Rotate(cancellation);
        return new SeeOther("/account");
    }

    private static IResult Refused(string code) => ErrorPage.Of(code, code == LinkDecision.NotFresh ? "/sign-in" : "/account");
}
