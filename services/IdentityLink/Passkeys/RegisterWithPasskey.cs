using Hutong.IdentityLink.Pages;
using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Provider;
using Hutong.IdentityLink.Sessions;
using Hutong.IdentityLink.SigningIn;

namespace Hutong.IdentityLink.Passkeys;

/// <summary>Becoming known to us with a passkey alone, from the sign-in page.</summary>
internal static class RegisterWithPasskey
{
    public static void MapPasskeyRegistration(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/sign-in/passkey/new/options", Begin).RequireFormToken();
        routes.MapPost("/sign-in/passkey/new", Finish).RequireFormToken(CeremonyAnswer.LongestField);
    }

    private static async Task<IResult> Begin(HttpContext http, Browser browser, Ceremonies ceremonies, CancellationToken cancellation) =>
        Passkey.UsableName(http.Request.Form["name"].ToString()) is { } name
            ? TypedResults.Ok(await ceremonies.BeginCreation(http, browser, personId: null, name, cancellation))
            : ErrorPage.Of(Passkey.NameUnusable);

    private static async Task<IResult> Finish(
        HttpContext http, Browser browser, Ceremonies ceremonies, AuthorizeRequests requests, SigningInWithAccount signIn,
        LettingIn lettingIn, WaysIn ways, CancellationToken cancellation)
    {
        if (!ways.IsOpen(Passkey.Platform))
            return ErrorPage.Of(WaysIn.Suspended, backTo: "/sign-in");
        var request = PasskeySignIn.WaitingFor(http);
        var backTo = PasskeySignIn.BackTo(request);
        if (request is not null && await requests.Find(request, cancellation) is null)
            return ErrorPage.Of("request_over");
        if (Passkey.UsableName(http.Request.Form["name"].ToString()) is null)
            return ErrorPage.Of(Passkey.NameUnusable, backTo);
        if (CeremonyAnswer.Of(http.Request.Form) is not { } answer)
            return ErrorPage.Of(Passkey.Unanswered, backTo);
        var made = await ceremonies.FinishCreation(http, browser, personId: null, answer, cancellation);
        if (!made.Succeeded)
            return ErrorPage.Of(made.Rejection, backTo);
        var person = await signIn.Handle(made.Value.Account, LetIn.NewPerson, cancellation, made.Value.Row);
        return person.Succeeded
            ? await lettingIn.LetIn(browser, person.Value, request, cancellation)
            : ErrorPage.Of(person.Rejection, backTo);
    }
}
