using Hutong.IdentityLink.Pages;
using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Provider;
using Hutong.IdentityLink.Sessions;

namespace Hutong.IdentityLink.Devices;

/// <summary>
/// <c>/device</c> (RFC 8628, section 3.3): a person types the code that a device shows, signs in, and lets it in or not.
/// They are asked in any case, also for our own sites' clients: the code may be somebody else's (section 5.4).
/// </summary>
internal static class DevicePage
{
    public const string Path = "/device";

    /// <summary>Where the person is asked, once they are signed in.</summary>
    public const string ConfirmPath = "/device/confirm";

    public static void MapDevicePage(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(Path, Show);
        routes.MapPost(Path, EnterCode).RequireFormToken(longestField: 128);
        routes.MapGet(ConfirmPath, Ask);
        routes.MapPost(ConfirmPath, Decide).RequireFormToken();
    }

    private static IResult Show(HttpRequest http, Browser browser) => Page.Of<UserCodePage>(new()
    {
        [nameof(UserCodePage.Browser)] = browser,
        [nameof(UserCodePage.Code)] = UserCode.Read(Parameters.OfQuery(http)["user_code"]) is { } code ? UserCode.Shown(code) : null,
    });

    private static async Task<IResult> EnterCode(
        HttpRequest http, Browser browser, UserCodeGuesses guesses, DeviceAuthorizations devices, AuthorizeRequests requests,
        Issuer issuer, CancellationToken cancellation)
    {
        if (UserCode.Read(http.Form["user_code"]) is not { } code)
            return ErrorPage.Of("user_code_unknown", backTo: Path);
        if (!await guesses.Count(http, browser, cancellation))
            return ErrorPage.Of("user_code_guesses", backTo: Path);
        if (await devices.FindByUserCode(code, cancellation) is not { } device)
            return ErrorPage.Of("user_code_unknown", backTo: Path);
        await guesses.WasRight(http, browser, cancellation);
        // It waits like any other authorization request, so that signing in is the same; its answer stays on our pages.
        var request = new AuthorizeRequest
        {
            ClientId = device.ClientId, RedirectUri = issuer.Address(Path), Scopes = device.Scopes, Device = device.Id,
            UserCode = UserCode.Shown(code),
        };
        var waiting = await requests.Add(request, cancellation);
        return new SeeOther($"/authorize/resume?request={waiting.Id}");
    }

    private static async Task<IResult> Ask(
        string? request, Browser browser, AuthorizeRequests requests, DeviceAuthorizations devices, Clients clients,
        CancellationToken cancellation)
    {
        if (await Find(request, requests, devices, clients, cancellation) is not var (waiting, device, client))
            return ErrorPage.Of("device_over", backTo: Path);
        if (browser.Session is null)
            return new SeeOther($"/authorize/resume?request={waiting.Id}");
        return Page.Of<ConfirmDevicePage>(new()
        {
            [nameof(ConfirmDevicePage.Browser)] = browser,
            [nameof(ConfirmDevicePage.RequestId)] = waiting.Id,
            [nameof(ConfirmDevicePage.ClientName)] = client.Name,
            [nameof(ConfirmDevicePage.Code)] = waiting.Request.UserCode,
            [nameof(ConfirmDevicePage.Scopes)] = device.Scopes,
        });
    }

    private static async Task<IResult> Decide(
        HttpRequest http, Browser browser, AuthorizeRequests requests, DeviceAuthorizations devices, Clients clients, GivingConsent consents,
        Authorizing authorizing, TimeProvider time, CancellationToken cancellation)
    {
        if (await Find(http.Form["request"], requests, devices, clients, cancellation) is not var (waiting, device, client))
            return ErrorPage.Of("device_over", backTo: Path);
        if (browser.Session is not { } session)
            return new SeeOther($"/authorize/resume?request={waiting.Id}");
        await requests.Remove(waiting.Id, cancellation);
        if (http.Form["decision"] != "allow")
        {
            await devices.Deny(device.Id, cancellation);
            return Done(client, isLetIn: false);
        }
        // Kept as a consent, also to our own sites' clients: so it is listed, and can be taken back, on the account page.
        var now = time.GetUtcNow();
        var given = await consents.Handle(session.PersonId, new GiveConsent(client.Id, device.Scopes, ConsentText.Version), cancellation);
        if (!given.Succeeded)
            return ErrorPage.Of(given.Rejection);
        return await authorizing.GrantDevice(device, client, session, now, cancellation)
            ? Done(client, isLetIn: true)
            : ErrorPage.Of("device_over", backTo: Path);
    }

    private static async Task<(WaitingRequest Waiting, WaitingDevice Device, Client Client)?> Find(
        string? request, AuthorizeRequests requests, DeviceAuthorizations devices, Clients clients, CancellationToken cancellation) =>
        await requests.Find(request, cancellation) is { Request.Device: { } id } waiting
        && await devices.Find(id, cancellation) is { } device
        && clients.Find(device.ClientId) is { } client
            ? (waiting, device, client)
            : null;

    private static IResult Done(Client client, bool isLetIn) => Page.Of<DeviceDonePage>(new()
    {
        [nameof(DeviceDonePage.ClientName)] = client.Name,
        [nameof(DeviceDonePage.IsLetIn)] = isLetIn,
    });
}
