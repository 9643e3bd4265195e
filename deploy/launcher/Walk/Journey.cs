using System.Net.Sockets;
using Hutong.Launcher.Deploying;
using Hutong.Launcher.Tracing;

namespace Hutong.Launcher.Walk;

/// <summary>
/// The journey that must always work, walked over HTTP as its people would: their browsers, the gateway, nothing
/// else. It holds on data of earlier walks, too.
/// </summary>
/// <param name="addresses">Where everything is.</param>
/// <param name="catalogue">The brand's products, if they are not there yet.</param>
/// <param name="traces">Receives the traces; null when they go elsewhere.</param>
/// <param name="write">Told of each step as it is taken.</param>
internal sealed class Journey(Addresses addresses, ICatalogue catalogue, TraceReceiver? traces, Action<string> write)
{
    private readonly Report _report = new(write);

    /// <exception cref="WalkException">A step did not hold; the message says which and why.</exception>
    public async Task<Walked> Walk(CancellationToken cancellation)
    {
        using var liNa = new Visitor("li-na", addresses);
        using var wang = new Visitor("wang", addresses);
        using var chen = new Visitor("chen", addresses);

        var person = await Step("1  Li Na registers by signing in to the shop with Weibo",
            () => RegisterWithWeibo.Take(liNa, addresses, _report, cancellation));
        await Step("2  She links Taobao, and is known everywhere by either",
            () => LinkTaobao.Take(liNa, person, addresses, _report, cancellation));
        var subject = await Step("3  A partner app signs her in",
            () => SignInAtPartner.Take(liNa, person, addresses, _report, cancellation));
        var offer = await Step("4  The brand posts a product with a repost ladder",
            () => PublishWithLadder.Take(chen, catalogue, addresses, _report, cancellation));
        var reposts = await Step("5  Li Na passes it on, Wang passes hers on, the price drops",
            () => PassOn.Take(liNa, wang, offer, addresses, _report, cancellation));
        var purchase = await Step("6  Wang buys from the card",
            () => Buy.Take(wang, offer, reposts, addresses, _report, cancellation));
        await Step("7  The brand sees what brought the order", async () =>
        {
            await ReadCredit.Take(chen, offer, reposts, purchase, addresses, _report, cancellation);
            await FollowTrace.Take(purchase, traces, _report, cancellation);
            return true;
        });
        return new Walked(person, subject, offer, reposts, purchase);
    }

    private async Task<T> Step<T>(string title, Func<Task<T>> take)
    {
        write(title);
        try
        {
            return await take();
        }
        catch (Exception e) when (e is WalkException or HttpRequestException or IOException or SocketException or TimeoutException)
        {
            throw new WalkException($"Step {title}: {e.Message}", e);
        }
    }
}

/// <summary>What a walk left behind.</summary>
/// <param name="LiNa">Her person.</param>
/// <param name="PartnerSubject">What the partner app knows her by.</param>
/// <param name="Offer">The brand's post.</param>
/// <param name="Reposts">How it was passed on.</param>
/// <param name="Purchase">What Wang bought.</param>
internal sealed record Walked(Guid LiNa, string PartnerSubject, Offer Offer, Reposts Reposts, Purchase Purchase);
