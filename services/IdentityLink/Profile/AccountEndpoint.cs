using System.Globalization;
using Hutong.EventStore;
using Hutong.IdentityLink.Pages;
using Hutong.IdentityLink.Passkeys;
using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Platforms;
using Hutong.IdentityLink.Provider;
using Hutong.IdentityLink.Sessions;

namespace Hutong.IdentityLink.Profile;

/// <summary>The account page: what belongs to the person, who may use what, and what they can change.</summary>
internal static class AccountEndpoint
{
    public static void MapAccount(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/", () => new SeeOther("/account"));
        routes.MapGet("/account", Show);
        routes.MapPost("/account/notices/seen", PutNoticesAway).RequireFormToken();
        routes.MapPost("/account/consents/withdraw", Withdraw).RequireFormToken();
    }

    private static async Task<IResult> Show(
        string? linked, Browser browser, IEventStore store, LinkedAccounts accounts, Notices notices, PartnerConsents partners,
        KnownPlatforms platforms, PlatformOrigins origins, WaysIn ways, CancellationToken cancellation)
    {
        if (browser.Session is not { } session)
            return new SeeOther("/sign-in");
        var person = (await store.Load(Person.Fold, Person.StreamOf(session.PersonId), cancellation: cancellation)).State;
        return Page.Of<AccountPage>(new()
        {
            [nameof(AccountPage.Browser)] = browser,
            [nameof(AccountPage.Notices)] = await notices.Unseen(session.PersonId, cancellation),
            [nameof(AccountPage.Accounts)] = await accounts.Of(session.PersonId, cancellation),
            [nameof(AccountPage.CurrentAccount)] = session.Account,
            [nameof(AccountPage.Platforms)] = platforms,
            [nameof(AccountPage.JustLinked)] = platforms.Find(linked ?? ""),
            [nameof(AccountPage.PasskeyAdded)] = linked == Passkey.Platform,
            [nameof(AccountPage.Partners)] = await partners.Of(person, cancellation),
            [nameof(AccountPage.Merges)] = person.Has.Absorptions,
            [nameof(AccountPage.Ways)] = ways,
            [nameof(AccountPage.ClosedFrom)] = ways.ClosedFrom(person.Accounts),
            [nameof(AccountPage.HasRecoveryCode)] = person.RecoveryCode is not null,
            [nameof(AccountPage.Receipts)] = person.Receipts.Count,
        }, formTargets: origins.All);
    }

    private static async Task<IResult> PutNoticesAway(
        HttpRequest http, Browser browser, Notices notices, CancellationToken cancellation)
    {
        if (browser.Session is not { } session)
            return new SeeOther("/sign-in");
        if (!DateTimeOffset.TryParse(http.Form["up_to"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var upTo))
            return ErrorPage.Of("malformed_request", backTo: "/account");
        await notices.Seen(session.PersonId, upTo.ToUniversalTime(), cancellation);
        return new SeeOther("/account");
    }

    private static async Task<IResult> Withdraw(
        HttpRequest http, Browser browser, WithdrawingConsent consents, CancellationToken cancellation)
    {
        if (browser.Session is not { } session)
            return new SeeOther("/sign-in");
        var outcome = await consents.Handle(session.PersonId, new(http.Form["client_id"].ToString()), cancellation);
        return outcome.Succeeded ? new SeeOther("/account") : ErrorPage.Of(outcome.Rejection, backTo: "/account");
    }
}
