using Hutong.EventStore;
using Hutong.IdentityLink.Devices;
using Hutong.IdentityLink.Limits;
using Hutong.IdentityLink.Operating;
using Hutong.IdentityLink.Pages;
using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Sessions;
using Hutong.IdentityLink.Storage;

namespace Hutong.IdentityLink.Provider;

/// <summary>
/// Leads an authorization request from whatever state it is in to the next page or to its answer: sign-in, then
/// consent, then the code.
/// </summary>
public sealed class Authorizing(
    AuthorizeRequests requests, Clients clients, Operators operators, IEventStore store, AssigningSubjects subjects, TokenGrants grants,
    Tokens tokens, ProvedLimits limits, Issuer issuer, TimeProvider time)
{
    /// <summary>Begins with a request that just came.</summary>
    public Task<IResult> Begin(AuthorizeRequest request, Browser browser, CancellationToken cancellation) =>
        Continue(request, waiting: null, browser, cancellation);

    /// <summary>Goes on with one that waited.</summary>
    public Task<IResult> Resume(WaitingRequest waiting, Browser browser, CancellationToken cancellation) =>
        Continue(waiting.Request, waiting, browser, cancellation);

    /// <summary>The client of a request, as long as it may be answered there: what was registered may have changed meanwhile.</summary>
    public Client? ClientOf(AuthorizeRequest request) =>
        clients.Find(request.ClientId) is { } client && (request.Device is not null || client.MayRedirectTo(request.RedirectUri)) ? client : null;

    /// <summary>Whether a session is all that a request that waited asks of one.</summary>
    public async Task<bool> IsEnough(WaitingRequest waiting, Client client, BrowserSession session, CancellationToken cancellation) =>
        IsRecent(waiting.Request, waiting, session) && waiting.Request.Accepts(session.Account)
        && await IsExpected(waiting.Request, client, await Load(session, cancellation), cancellation);

    /// <summary>Answers with a code: everything was asked and agreed to.</summary>
    /// <param name="person">The person, where they were looked at a moment ago; otherwise null.</param>
    public async Task<IResult> Grant(
        AuthorizeRequest request, string? waitingId, Client client, BrowserSession session, Person? person, DateTimeOffset consentSeenAt,
        CancellationToken cancellation)
    {
        // A device is let in by the page that asks for it, and by no other.
        if (request.Device is not null)
            return ErrorPage.Of("request_over");
        if (await GrantFor(client, session, person, request.Scopes, request.Nonce, cancellation) is not { } grant)
            return AuthorizationResponse.Error(issuer, request, "temporarily_unavailable", "Try again shortly.");
        var code = Secret.New();
        // A partner that was granted it may go on while the person is away; our own sites end with the session.
        var offline = request.Scopes.Contains(Scopes.OfflineAccess) && !client.IsSite;
        if (!await grants.Add(grant, offline, code, request, consentSeenAt, cancellation))
            return AuthorizationResponse.Error(issuer, request, "login_required", "The session ended meanwhile.");
        if (waitingId is not null)
            await requests.Remove(waitingId, cancellation);
        return AuthorizationResponse.Code(issuer, request, code);
    }

    /// <summary>Lets a device in. It is no part of the browser, and goes on without it where it asked for that.</summary>
    /// <returns>Whether it was; not where it waits no more, or the session ended meanwhile.</returns>
    public async Task<bool> GrantDevice(
        WaitingDevice device, Client client, BrowserSession session, DateTimeOffset consentSeenAt, CancellationToken cancellation) =>
        await GrantFor(client, session, person: null, device.Scopes, nonce: null, cancellation) is { } grant
        && await grants.AddForDevice(grant, device.Scopes.Contains(Scopes.OfflineAccess), device.Id, consentSeenAt, cancellation);

    /// <summary>A grant with the person as the client knows them; null where that could not be written just now.</summary>
    private async Task<TokenGrant?> GrantFor(
        Client client, BrowserSession session, Person? person, IReadOnlyList<string> scopes, string? nonce, CancellationToken cancellation)
    {
        if (!limits.MayAuthorize(session.PersonId, client))
            return null;
        // One they have is theirs for ever. Should they be somebody else's from now on, the view of what holds knows it.
        var subject = person?.SubjectIn(client.Sector) is { } known
            ? known
            : await subjects.Handle(session.PersonId, client.Sector, cancellation);
        var union = scopes.Contains(Scopes.UnionId) && client.UnionSector is { } sector
            ? await subjects.Handle(session.PersonId, sector, cancellation)
            : subject;
        return subject.Succeeded && union.Succeeded
            ? operators.Limit(new TokenGrant(
                Guid.CreateVersion7(), client.Id, session.PersonId, session.Sid, subject.Value, scopes, nonce, session.AuthenticatedAt,
                session.Account))
            : null;
    }

    private async Task<IResult> Continue(
        AuthorizeRequest request, WaitingRequest? waiting, Browser browser, CancellationToken cancellation)
    {
        if (ClientOf(request) is not { } client)
            return ErrorPage.Of(clients.Find(request.ClientId) is null ? clients.WhyNot(request.ClientId) : "unregistered_redirect");
        if (browser.Session is not { } session || !IsRecent(request, waiting, session))
            return await Ask("/sign-in", "login_required", "Nobody is signed in, or not recently enough.");
        if (!request.Accepts(session.Account))
        {
            return IsMadeFor(waiting, session)
                ? AuthorizationResponse.Error(issuer, request, OAuthError.UnmetAuthenticationRequirements)
                : await Ask("/sign-in", "login_required", "The person is not signed in by what the request must have.");
        }

        var now = time.GetUtcNow();
        var person = await Load(session, cancellation);
        if (!await IsExpected(request, client, person, cancellation))
        {
            return IsMadeFor(waiting, session) || request.IsSilent
                ? AuthorizationResponse.Error(issuer, request, "login_required", "Somebody else is signed in than the client expects.")
                : await Ask("/sign-in", "login_required", "");
        }
        if (request.Device is not null)
            return await Ask(DevicePage.ConfirmPath, "interaction_required", "The person is asked in any case.");
        var agreed = client.IsSite
            || (!request.AsksForConsent && person.Consented(client.Id, request.Scopes, ConsentText.Version));
        return agreed
            ? await Grant(request, waiting?.Id, client, session, person, now, cancellation)
            : await Ask("/consent", "consent_required", "The person has not agreed to this yet.");

        async Task<IResult> Ask(string page, string error, string description)
        {
            if (request.IsSilent)
                return AuthorizationResponse.Error(issuer, request, error, description);
            waiting ??= await requests.Add(request, cancellation);
            // A choice made on our pages outweighs the client's wish.
            var locales = !browser.ChoseLanguage && request.UiLocales is { } asked ? $"&ui_locales={Uri.EscapeDataString(asked)}" : "";
            return new SeeOther($"{page}?request={waiting.Id}{locales}");
        }
    }

    /// <summary>Whether a sign-in is as recent as the request asks. One made for this very request always is.</summary>
    private static bool IsRecent(AuthorizeRequest request, WaitingRequest? waiting, BrowserSession session) =>
        IsMadeFor(waiting, session)
        || (!request.AsksForSignIn
            && (request.MaxAge is not { } seconds || session.SeenAt - session.AuthenticatedAt <= TimeSpan.FromSeconds(seconds)));

    /// <summary>Whether a sign-in answers a request that waited for one.</summary>
    private static bool IsMadeFor(WaitingRequest? waiting, BrowserSession session) => session.AuthenticatedAt >= waiting?.CreatedAt;

    private async Task<Person> Load(BrowserSession session, CancellationToken cancellation) =>
        (await store.Load(Person.Fold, Person.StreamOf(session.PersonId), cancellation: cancellation)).State;

    private async Task<bool> IsExpected(AuthorizeRequest request, Client client, Person person, CancellationToken cancellation) =>
        (request.ExpectedSubject is not { } expected || person.SubjectIn(client.Sector) == expected)
        && (request.IdTokenHint is null
            || (await tokens.ReadHint(request.IdTokenHint, cancellation) is { } hint
                && person.SubjectIn(client.Sector) == hint.Subject));
}
