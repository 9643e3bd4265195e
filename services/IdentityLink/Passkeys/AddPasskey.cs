using Hutong.EventStore.PersonalData;
using Hutong.IdentityLink.Linking;
using Hutong.IdentityLink.Pages;
using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Provider;
using Hutong.IdentityLink.Receipts;
using Hutong.IdentityLink.Sessions;
using Microsoft.Extensions.Options;

namespace Hutong.IdentityLink.Passkeys;

/// <summary>
/// Adding a passkey to the person who is signed in: a link as any other. Making it is the proof of it, and sending the
/// form the confirmation.
/// </summary>
internal static class AddPasskey
{
    public static void MapAddPasskey(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/account/passkeys/options", Begin).RequireFormToken();
        routes.MapPost("/account/passkeys", Finish).RequireFormToken(CeremonyAnswer.LongestField);
    }

    private static async Task<IResult> Begin(
        HttpContext http, Browser browser, Ceremonies ceremonies, IOptions<LinkingOptions> options, TimeProvider time,
        CancellationToken cancellation)
    {
        if (browser.Session is not { } session)
            return ErrorPage.Of(LinkDecision.UnknownPerson);
        if (time.GetUtcNow() - session.AuthenticatedAt > options.Value.FreshFor)
            return ErrorPage.Of(LinkDecision.NotFresh);
        return Passkey.UsableName(http.Request.Form["name"].ToString()) is { } name
            ? TypedResults.Ok(await ceremonies.BeginCreation(http, browser, session.PersonId, name, cancellation))
            : ErrorPage.Of(Passkey.NameUnusable);
    }

    private static async Task<IResult> Finish(
        HttpContext http, Browser browser, Ceremonies ceremonies, PersonKeys keys, AccountStreams streams, LinkingAccounts linking,
        IOptions<LinkingOptions> options, TimeProvider time, CancellationToken cancellation)
    {
        if (browser.Session is not { } session)
            return new SeeOther("/sign-in");
        if (time.GetUtcNow() - session.AuthenticatedAt > options.Value.FreshFor)
            return ErrorPage.Of(LinkDecision.NotFresh, backTo: "/sign-in");
        if (Passkey.UsableName(http.Request.Form["name"].ToString()) is null)
            return ErrorPage.Of(Passkey.NameUnusable, backTo: "/account");
        if (CeremonyAnswer.Of(http.Request.Form) is not { } answer)
            return ErrorPage.Of(Passkey.Unanswered, backTo: "/account");
        var made = await ceremonies.FinishCreation(http, browser, session.PersonId, answer, cancellation);
        if (!made.Succeeded)
            return ErrorPage.Of(made.Rejection, backTo: "/account");
        if (await keys.Find(session.PersonId, cancellation) is not { } key)
            return ErrorPage.Of(LinkDecision.UnknownPerson, backTo: "/sign-in");

        var account = made.Value.Account;
        var proved = new ProvedAccount(
            streams.Of(account.Platform, account.Subject), account.Platform, key.Seal(account.Subject), key.SealOptional(account.Nickname),
            Aliases: [], time.GetUtcNow());
        var outcome = await linking.Handle(
            session.PersonId, new LinkAccount(proved, session.SignIn, ConfirmedText.Passkey), cancellation, made.Value.Row);
        if (!outcome.Succeeded)
            return ErrorPage.Of(outcome.Rejection, backTo: "/account");
        await browser.Rotate(cancellation);
        return new SeeOther($"/account?linked={outcome.Value}");
    }
}
