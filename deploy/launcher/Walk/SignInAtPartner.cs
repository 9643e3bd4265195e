using Hutong.Launcher.Deploying;

namespace Hutong.Launcher.Walk;

/// <summary>Step 3: a partner app signs her in with a standard client; she consents, and it gets a subject of its own.</summary>
internal static class SignInAtPartner
{
    public static async Task<string> Take(
        Visitor liNa, Guid person, Addresses addresses, Report report, CancellationToken cancellation)
    {
        var home = await liNa.Open(addresses.Partner, "/", cancellation);
        var page = (await home.Follow("/sign-in", cancellation)).MustBeThere();
        var trace = liNa.Browser.LastTrace;
        var asked = page.Address.Authority == addresses.Origin.Authority;
        if (asked)
            page = (await page.Submit(page.FormTo("/consent"), Visitor.Nothing, "allow", cancellation)).MustBeThere();
        Check.That(page.Address.Authority == addresses.Partner.Authority,
            $"Signing in at the partner app ended at {page.Address.GetLeftPart(UriPartial.Path)}.");
        report.Did(asked
            ? "followed the partner app's sign-in and consented to profile"
            : "followed the partner app's sign-in; she consented on an earlier walk and is not asked again");

        var account = await liNa.Browser.Call<PartnerAccount>(
            HttpMethod.Get, new Uri(addresses.Partner, "/me.json"), null, cancellation);
        var subject = account.IdToken.Sub;
        Check.That(account.Scope.Split(' ').Contains("profile"), $"The partner app was granted '{account.Scope}', without profile.");
        Check.That(account.Userinfo.Sub == subject, "Userinfo and the id token name two subjects.");
        Check.That(account.Userinfo.Nickname is not null || account.Userinfo.Name is not null,
            "Userinfo has no name, though she consented to profile.");
        Check.That(!subject.Contains(person.ToString(), StringComparison.OrdinalIgnoreCase)
            && !subject.Contains(person.ToString("N"), StringComparison.OrdinalIgnoreCase),
            "The partner app's subject tells the person's id.");
        report.Proved($"its OpenID client accepted the id token; its sub is {subject}, not the id our services know her by");
        report.Trace(trace);
        return subject;
    }
}
