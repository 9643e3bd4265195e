using Hutong.IdentityLink.Pages;
using Hutong.IdentityLink.Passkeys;
using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Platforms;
using Hutong.IdentityLink.Provider;
using Hutong.IdentityLink.Sessions;

namespace Hutong.IdentityLink.Profile;

/// <summary>The account page: what belongs to the person, and what they can link.</summary>
internal static class AccountEndpoint
{
    public static void MapAccount(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/", () => new SeeOther("/account"));
        routes.MapGet("/account", Show);
    }

    private static async Task<IResult> Show(
        string? linked, Browser browser, LinkedAccounts accounts, KnownPlatforms platforms, PlatformOrigins origins,
        CancellationToken cancellation)
    {
        if (browser.Session is not { } session)
            return new SeeOther("/sign-in");
        return Page.Of<AccountPage>(new()
        {
            [nameof(AccountPage.Browser)] = browser,
            [nameof(AccountPage.Accounts)] = await accounts.Of(session.PersonId, cancellation),
            [nameof(AccountPage.CurrentAccount)] = session.Account,
            [nameof(AccountPage.Platforms)] = platforms.All,
            [nameof(AccountPage.JustLinked)] = platforms.Find(linked ?? ""),
            [nameof(AccountPage.PasskeyAdded)] = linked == Passkey.Platform,
        }, formTargets: origins.All);
    }
}
