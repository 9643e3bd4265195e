using Hutong.IdentityLink.Pages;
using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Platforms;
using Hutong.IdentityLink.Provider;
using Hutong.IdentityLink.Sessions;

namespace Hutong.IdentityLink.SigningIn;

/// <summary>Sends browsers to platforms.</summary>
public sealed class Visiting(CallbackStates states, WaysIn ways, Issuer issuer)
{
    /// <summary>Where a platform's answers go: a path of its own for each.</summary>
    private Uri CallbackOf(IPlatform platform) => new(issuer.Address($"/callback/{platform.Name}"));

    /// <summary>Begins a visit, or says that the platform cannot be visited now.</summary>
    public async Task<IResult> Begin(Browser browser, IPlatform platform, Visit visit, CancellationToken cancellation)
    {
        if (!ways.IsOpen(platform.Name))
            return ErrorPage.Of(WaysIn.Suspended, visit.BackTo);
        var atPlatform = PlatformVisit.New(CallbackOf(platform), browser.UserAgent);
        var address = await platform.AuthorizeAddress(atPlatform, cancellation);
        if (!address.Succeeded)
            return ErrorPage.Of(address.Rejection, visit.BackTo);
        await states.Keep(browser.IdHash, platform.Name, visit, atPlatform, cancellation);
        return new SeeOther(address.Value.AbsoluteUri);
    }
}
