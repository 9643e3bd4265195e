using Hutong.Launcher.Deploying;

namespace Hutong.Launcher.Walk;

/// <summary>Step 1: Li Na opens the shop and signs in with Weibo; on the first walk that makes her a person.</summary>
internal static class RegisterWithWeibo
{
    public static async Task<Guid> Take(Visitor liNa, Addresses addresses, Report report, CancellationToken cancellation)
    {
        await liNa.SignIn(addresses.Shop, "weibo", cancellation);
        var trace = liNa.Browser.LastTrace;
        report.Did("opened the shop, chose to sign in with Weibo, agreed on Weibo's page");
        var me = await liNa.Me(addresses.Shop, cancellation);
        Check.That(me.Accounts.Any(account => account.Platform == "weibo"),
            "The shop knows who signed in, but not by a Weibo account.");
        report.Proved($"the shop takes her for person {me.PersonId}, whom her Weibo account leads to");
        report.Trace(trace);
        return me.PersonId;
    }
}
