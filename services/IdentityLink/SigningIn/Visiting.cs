using Hutong.IdentityLink.Platforms;
using Hutong.IdentityLink.Provider;
using Hutong.IdentityLink.Sessions;

namespace Hutong.IdentityLink.SigningIn;

/// <summary>Sends browsers to platforms.</summary>
public sealed class Visiting(CallbackStates states, Issuer issuer)
{
    /// <summary>Where a platform's answers go: a path of its own for each.</summary>
    public Uri CallbackOf(IPlatform platform) => new(issuer.Address($"/callback/{platform.Name}"));

    /// <summary>Begins a visit.</summary>
    public async Task<IResult> Begin(Browser browser, IPlatform platform, Visit visit, CancellationToken cancellation)
    {
        var state = await states.Begin(browser.IdHash, platform.Name, visit, cancellation);
        return new SeeOther(platform.AuthorizeAddress(state, CallbackOf(platform)).AbsoluteUri);
    }
}
