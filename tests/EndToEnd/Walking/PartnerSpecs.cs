using System.Net;
using Hutong.EndToEnd.Tests.Fixtures;
using Hutong.Launcher.Walk;
using Hutong.Testing;

namespace Hutong.EndToEnd.Tests.Walking;

/// <summary>The partner app, whose sign-in is <c>openid-client</c>'s: a certified client from npm.</summary>
[Collection(nameof(WalkedSystem))]
public sealed class PartnerSpecs(WalkedSystem walked)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_partner_app_signs_a_person_in_and_keeps_its_own_name_for_them()
    {
        using var visitor = new Visitor("li-na", walked.System.Addresses);
        await visitor.SignIn(walked.System.Addresses.Social, "taobao", Cancellation);

        var subject = await AtPartner(visitor);

        subject.ShouldBe(walked.Walked.PartnerSubject);
    }

    [Fact]
    public async Task Signing_out_of_a_site_signs_out_of_the_partner_app_by_back_channel_logout()
    {
        var addresses = walked.System.Addresses;
        using var visitor = new Visitor("li-na", addresses);
        var shop = await visitor.SignIn(addresses.Shop, "weibo", Cancellation);
        await AtPartner(visitor);
        (await StatusAtPartner(visitor)).ShouldBe(HttpStatusCode.OK);

        await shop.Submit(shop.FormTo("/signout"), Visitor.Nothing, null, Cancellation);

        await Eventually.True(async () => await StatusAtPartner(visitor) == HttpStatusCode.Unauthorized,
            because: "the provider tells the partner app that the session is over");
    }

    private async Task<string> AtPartner(Visitor visitor) => await SignInAtPartner.Take(
        visitor, walked.Walked.LiNa, walked.System.Addresses, new Report(_ => { }), Cancellation);

    private async Task<HttpStatusCode> StatusAtPartner(Visitor visitor) =>
        (await visitor.Browser.Ask(
            HttpMethod.Get, new Uri(walked.System.Addresses.Partner, "/me.json"), null, Cancellation)).Status;
}
