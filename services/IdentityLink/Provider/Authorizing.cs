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
        Continue(request, waiting: null, time.GetUtcNow(), browser, cancellation);

    /// <summary>Goes on with one that waited.</summary>
    public Task<IResult> Resume(WaitingRequest waiting, Browser browser, CancellationToken cancellation) =>
        Continue(waiting.Request, waiting, waiting.CreatedAt, browser, cancellation);

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
        if (!limits.MayAuthorize(session.PersonId))
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
        AuthorizeRequest request, WaitingRequest? waiting, DateTimeOffset askedAt, Browser browser, CancellationToken cancellation)
    {
        if (clients.Find(request.ClientId) is not { } client)
            return AuthorizationResponse.Error(issuer, request, "unauthorized_client", "The client is no longer registered.");
        if (browser.Session is not { } session || !IsRecent(request, session, askedAt))
            return await Ask("/sign-in", "login_required", "Nobody is signed in, or not recently enough.");
        if (!request.Accepts(session.Account))
        {
            return session.AuthenticatedAt >= askedAt
                ? AuthorizationResponse.Error(issuer, request, OAuthError.UnmetAuthenticationRequirements)
                : await Ask("/sign-in", "login_required", "The person is not signed in by what the request must have.");
        }

        var now = time.GetUtcNow();
        var person = (await store.Load(Person.Fold, Person.StreamOf(session.PersonId), cancellation: cancellation)).State;
        if (!await IsExpected(request, client, person, cancellation))
        {
            return session.AuthenticatedAt >= askedAt || request.IsSilent
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
            waiting ??= await requests.Add(request, askedAt, cancellation);
            // A choice made on our pages outweighs the client's wish.
            var locales = !browser.ChoseLanguage && request.UiLocales is { } asked ? $"&ui_locales={Uri.EscapeDataString(asked)}" : "";
            return new SeeOther($"{page}?request={waiting.Id}{locales}");
        }
    }

    /// <summary>Whether a session's sign-in is all that the request asks of one.</summary>
    public bool IsEnough(AuthorizeRequest request, BrowserSession session, DateTimeOffset askedAt) =>
        IsRecent(request, session, askedAt) && request.Accepts(session.Account);

    /// <summary>Whether it is as recent as the request asks. One made for this very request always is.</summary>
    private bool IsRecent(AuthorizeRequest request, BrowserSession session, DateTimeOffset askedAt) =>
        session.AuthenticatedAt >= askedAt
        || (!request.AsksForSignIn
            && (request.MaxAge is not { } seconds || time.GetUtcNow() - session.AuthenticatedAt <= TimeSpan.FromSeconds(seconds)));

    private async Task<bool> IsExpected(AuthorizeRequest request, Client client, Person person, CancellationToken cancellation) =>
        (request.ExpectedSubject is not { } expected || person.SubjectIn(client.Sector) == expected)
        && (request.IdTokenHint is null
            || (await tokens.ReadHint(request.IdTokenHint, cancellation) is { } hint
                && person.SubjectIn(client.Sector) == hint.Subject));
}
