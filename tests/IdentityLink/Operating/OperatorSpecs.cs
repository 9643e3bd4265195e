using System.Net;
using System.Text.Json.Nodes;
using Hutong.EventStore;
using Hutong.EventStore.PersonalData;
using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Hutong.IdentityLink.Tests.Operating;

/// <summary>One of two instances knows an operator; the other is as it comes, without any.</summary>
public sealed class OperatorSpecs(Testing.Servers servers, SimulatedPlatforms platforms) : IAsyncLifetime
{
    private readonly OperatorDesk desk = new(servers, platforms);

    private IdentityService Identity => desk.Identity;

    public async ValueTask InitializeAsync() => await desk.Open();

    public ValueTask DisposeAsync() => desk.DisposeAsync();

    [Fact]
    public async Task The_scope_is_an_operators_alone_and_left_out_of_what_others_are_granted()
    {
        (await desk.TokensOf("zhao"))["scope"]!.GetValue<string>().ShouldBe("openid operations");

        (await desk.TokensOf("li-na"))["scope"]!.GetValue<string>().ShouldBe("openid");
        (await desk.TokensOf("zhao", IdentityService.Site))["scope"]!.GetValue<string>().ShouldBe("openid");
    }

    [Fact]
    public async Task Without_the_scope_nobody_gets_in_whatever_their_reason()
    {
        var li = await desk.PersonOf("li-na");
        using var hers = await desk.Api("li-na");
        using var elsewhere = await desk.Api("zhao", IdentityService.Site);
        using var nobody = new HttpClient { BaseAddress = Identity.Instance(1) };

        (await hers.Look(li, "accounts", OperatorDesk.Reason)).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await elsewhere.Look(li, "accounts", OperatorDesk.Reason)).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await nobody.Look(li, "accounts", OperatorDesk.Reason)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await desk.LooksAt(li)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Who_is_an_operator_no_longer_has_lost_the_scope_in_tokens_they_have()
    {
        var access = (await desk.TokensOf("zhao"))["access_token"]!.GetValue<string>();

        (await desk.ScopeInside(access, instance: 1)).ShouldBe("openid operations");
        (await desk.ScopeInside(access, instance: 0)).ShouldBe("openid");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("too short")]
    [InlineData("\u200b\u200b\u200b\u200b\u200b\u200b\u200b\u200b\u200b\u200b\u200b\u200b")]
    [InlineData("              ")]
    public async Task Without_a_reason_that_can_be_read_nothing_is_told(string? reason)
    {
        var li = await desk.PersonOf("li-na");
        using var api = await desk.Api("zhao");

        foreach (var unfit in (string?[])[reason, new string('a', 501)])
        {
            var (status, problem) = await api.Look(li, "accounts", unfit);
            status.ShouldBe(HttpStatusCode.BadRequest);
            problem["code"]!.GetValue<string>().ShouldBe("reason_missing");
            problem["detail"]!.GetValue<string>().ShouldContain("field reason, in 10 to 500");
        }
        (await desk.LooksAt(li)).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_operator_sees_a_persons_accounts_and_the_person_keeps_who_looked_at_what_and_why()
    {
        var li = await desk.PersonOf("li-na");
        using var api = await desk.Api("zhao");

        var (status, seen) = await api.Look(li, "accounts", OperatorDesk.Reason);

        status.ShouldBe(HttpStatusCode.OK);
        seen["personId"]!.GetValue<Guid>().ShouldBe(li);
        seen["accounts"]!.AsArray().ShouldHaveSingleItem()!["platform"]!.GetValue<string>().ShouldBe("weibo");
        var look = (await desk.LooksAt(li)).ShouldHaveSingleItem();
        look.Operator.ShouldBe(await desk.PersonOf("zhao"));
        look.What.ShouldBe("accounts");
        (await Identity.Services.GetRequiredService<PersonKeys>().Find(li))!.Open(look.Reason!.Value).ShouldBe(OperatorDesk.Reason);
        (await Identity.Find(OperatorDesk.Reason)).ShouldBeEmpty("the reason may name somebody");
        (await api.Look(Guid.CreateVersion7(), "accounts", OperatorDesk.Reason)).Status.ShouldBe(HttpStatusCode.NotFound);
    }
}
