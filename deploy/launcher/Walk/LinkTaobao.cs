using Hutong.Launcher.Deploying;

namespace Hutong.Launcher.Walk;

/// <summary>Step 2: she links her Taobao account; either account then leads to the same person, on every site.</summary>
internal static class LinkTaobao
{
    public static async Task<Me> Take(
        Visitor liNa, Guid person, Addresses addresses, Report report, CancellationToken cancellation)
    {
        // Linking an account that is linked already changes nothing: a second walk goes the same way.
        var account = await liNa.Open(addresses.Origin, "/account", cancellation);
        var atTaobao = await account.Submit(account.FormTo("/account/link/taobao"), Visitor.Nothing, null, cancellation);
        var confirm = await liNa.Authorize(atTaobao, "taobao", cancellation);
        var linked = (await confirm.Submit(confirm.FormTo("/account/link"), Visitor.Nothing, null, cancellation)).MustBeThere();
        var trace = liNa.Browser.LastTrace;
        Check.That(linked.Address.AbsolutePath == "/account",
            $"Confirming the link led to {linked.Address.AbsolutePath} instead of back to the account page.");
        report.Did("linked Taobao from her account page, minutes after signing in, and confirmed it");

        using var elsewhere = liNa.InFreshBrowser();
        await elsewhere.SignIn(addresses.Shop, "taobao", cancellation);
        var me = await elsewhere.Me(addresses.Shop, cancellation);
        Check.That(me.PersonId == person, $"Taobao leads to person {me.PersonId}, Weibo to {person}.");
        Check.That(me.Accounts.Select(each => each.Platform).ToHashSet().SetEquals(["weibo", "taobao"]),
            $"The person has accounts at {string.Join(", ", me.Accounts.Select(each => each.Platform))}.");
        report.Proved("signing in with Taobao in a fresh browser reaches the same person, who has both accounts");

        await liNa.Open(addresses.Social, "/", cancellation);
        Check.That((await liNa.Me(addresses.Social, cancellation)).PersonId == person,
            "The social site takes her for somebody else.");
        report.Proved("the social site knows her without asking");
        report.Trace(trace);
        return me;
    }
}
