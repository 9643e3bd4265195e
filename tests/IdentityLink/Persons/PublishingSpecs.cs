using System.Collections.Concurrent;
using Hutong.IdentityLink.Tests.Hosting;
using Hutong.Testing;
using MassTransit;

namespace Hutong.IdentityLink.Tests.Persons;

public sealed class PublishingSpecs(Testing.Servers servers, SimulatedPlatforms platforms)
{
    [Fact]
    public async Task Others_hear_of_a_person_and_of_their_accounts_by_ids_alone()
    {
        var broker = await servers.NewVhost();
        await using var identity = new IdentityService(servers, platforms);
        await identity.Start(new Dictionary<string, string?> { ["ConnectionStrings:Broker"] = broker.ToString() });
        var heard = new ConcurrentQueue<object>();
        var listener = Bus.Factory.CreateUsingRabbitMq(bus =>
        {
            bus.Host(broker);
            bus.ReceiveEndpoint("listener", endpoint =>
            {
                endpoint.Handler<Contracts.PersonRegistered>(context => Hear(context.Message));
                endpoint.Handler<Contracts.AccountLinked>(context => Hear(context.Message));
            });
        });
        await listener.StartAsync();
        using var browser = new TestBrowser(identity, platforms);

        await browser.SignIn("li-na", "weibo");
        await browser.Link("li-na", "taobao");

        await Eventually.True(() => heard.Count == 3);
        await listener.StopAsync();
        var person = await identity.PersonOf(browser);
        var registered = heard.OfType<Contracts.PersonRegistered>().ShouldHaveSingleItem();
        (registered.PersonId, registered.Via).ShouldBe((person, "weibo"));
        var linked = heard.OfType<Contracts.AccountLinked>().OrderBy(e => e.LinkedAt).ToArray();
        linked.ShouldAllBe(e => e.PersonId == person && e.Account.StartsWith($"account-{e.Platform}:", StringComparison.Ordinal));
        linked.Select(e => e.Platform).ShouldBe(["weibo", "taobao"]);

        Task Hear(object message)
        {
            heard.Enqueue(message);
            return Task.CompletedTask;
        }
    }
}
