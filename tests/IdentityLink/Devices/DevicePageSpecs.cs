using System.Net;
using Hutong.IdentityLink.Devices;
using Hutong.IdentityLink.Tests.Hosting;

namespace Hutong.IdentityLink.Tests.Devices;

[Collection<OneService>]
public sealed class DevicePageSpecs(IdentityService identity, SimulatedPlatforms platforms) : IAsyncLifetime
{
    private readonly TestBrowser browser = new(identity, platforms);
    private readonly RelyingParty cli = new(identity, DeviceFlow.Cli, isPublic: true);

    public async ValueTask InitializeAsync() => await ForgetGuesses();

    public async ValueTask DisposeAsync()
    {
        browser.Dispose();
        cli.Dispose();
        await ForgetGuesses();
    }

    [Theory]
    [InlineData("bcdf ghjk")]
    [InlineData("  BcDf-GhJk  ")]
    [InlineData("b.c.d.f.g.h.j.k")]
    [InlineData("ＢＣＤＦ－ｇｈｊｋ")]
    [InlineData("BCDF—GHJK")]
    public void What_somebody_types_is_read_as_they_mean_it(string typed) => UserCode.Read(typed).ShouldBe("BCDFGHJK");

    [Theory]
    [InlineData("")]
    [InlineData("BCDFGHJ")]
    [InlineData("BCDFGHJKL")]
    [InlineData("ABCDFGHJ")]
    [InlineData("BCDF1HJK")]
    [InlineData("\ud800BCDFGHJK")]
    public void What_can_be_no_code_is_none(string typed) => UserCode.Read(typed).ShouldBeNull();

    [Fact]
    public async Task The_complete_address_fills_the_code_in_and_still_asks()
    {
        var codes = await cli.Begin();
        var page = await browser.Get($"/device?user_code={codes.UserCode}");
        page.Body.ShouldContain($"value=\"{codes.UserCode}\"");
        page.Body.ShouldContain("Check that your own device shows this very code");
        (await browser.Get("/device?user_code=%22%3E%3Cscript%3E")).Body.ShouldNotContain("<script>");
        (await browser.Get("/device?user_code=a&user_code=b")).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Whoever_is_signed_in_is_asked_in_any_case_who_asks_and_what_for()
    {
        await browser.SignIn("li-na");
        for (var time = 0; time < 2; time++)
        {
            var codes = await cli.Begin();
            var page = await browser.Enter(codes.UserCode);
            page.Body.ShouldContain("Sign in to Hutong CLI on another device?");
            page.Body.ShouldContain("See your nickname.");
            page.Body.ShouldContain("only if you have just started this yourself");
            await browser.Submit(page, "/device/confirm", ("decision", "allow"));
            (await cli.Poll(codes)).Status.ShouldBe(HttpStatusCode.OK);
        }
    }

    [Fact]
    public async Task The_pages_are_in_chinese_as_well()
    {
        await browser.Get("/language?to=zh-CN&return=/device");
        (await browser.Get("/device")).Text.ShouldContain("输入设备上显示的代码");
        (await browser.Decide((await cli.Begin()).UserCode)).Text.ShouldContain("设备已连接");
    }

    [Fact]
    public async Task A_device_is_let_in_on_its_own_page_alone()
    {
        var codes = await cli.Begin();
        await browser.SignIn("li-na");
        var page = await browser.Enter(codes.UserCode);
        var request = page.Fields("/device/confirm").Single(field => field.Name == "request").Value;
        var consent = await browser.Post("/consent", [.. page.Fields("/device/confirm"), ("decision", "allow")]);
        consent.ShouldBeRefused("request_over");
        (await browser.Post("/device/confirm", ("request", request), ("decision", "allow"))).ShouldBeRefused("form_expired");
        (await cli.Poll(codes)).ShouldBeError("authorization_pending");
    }

    [Fact]
    public async Task Whoever_tries_out_codes_is_stopped_and_nobody_else_is()
    {
        for (var tried = 0; tried < 10; tried++)
            (await browser.Enter("BBBB-BBB" + "BCDFGHJKLM"[tried])).ShouldBeRefused("user_code_unknown");
        (await browser.Enter("BBBB-BBBB")).ShouldBeRefused("user_code_guesses", HttpStatusCode.TooManyRequests);
        var codes = await cli.Begin();
        using var neighbour = new TestBrowser(identity, platforms);
        (await neighbour.Enter(codes.UserCode)).ShouldBeRefused("user_code_guesses", HttpStatusCode.TooManyRequests);

        // Somebody of the same network who signs in has tries of their own, and so has every other network.
        await neighbour.SignIn("wang");
        (await neighbour.Decide(codes.UserCode)).Body.ShouldContain("The device is connected");
        await identity.Sql("update user_code_guess set expires_at = now()");
        (await browser.Enter("BBBB-BBBB")).ShouldBeRefused("user_code_unknown");
    }

    [Fact]
    public async Task Many_guesses_at_once_are_counted_each()
    {
        await browser.SignIn("li-na");
        var page = await browser.Get("/device");
        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => browser.Submit(page, "/device", ("user_code", "BBBB-BBBB"))));
        answers.Count(answer => answer.ErrorCode == "user_code_unknown").ShouldBe(10);
        answers.Count(answer => answer.ErrorCode == "user_code_guesses").ShouldBe(20);
    }

    [Fact]
    public async Task Codes_that_were_right_use_up_no_tries()
    {
        for (var time = 0; time < 12; time++)
            (await browser.Enter((await cli.Begin()).UserCode)).Status.ShouldBe(HttpStatusCode.OK);
    }

    private Task ForgetGuesses() => identity.Sql("delete from user_code_guess");
}
