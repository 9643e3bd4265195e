using Hutong.Launcher.Walk;

namespace Hutong.Launcher.Tests;

public sealed class BrowserSpecs
{
    private static readonly Uri Shop = new("http://shop.localhost:8080/cards/1");
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_cookie_goes_back_to_its_host_only_and_whatever_the_port()
    {
        var cookies = new Cookies();

        cookies.Take(Shop, "__Host-session=abc; Path=/; Secure; HttpOnly; SameSite=Lax", Now);

        cookies.HeaderFor(Shop).ShouldBe("__Host-session=abc");
        cookies.HeaderFor(new Uri("http://shop.localhost:9000/")).ShouldBe("__Host-session=abc");
        cookies.HeaderFor(new Uri("http://social.localhost:8080/")).ShouldBeNull();
        cookies.HeaderFor(new Uri("http://localhost:8080/")).ShouldBeNull();
    }

    [Theory]
    [InlineData("__Host-session=abc; Path=/")]
    [InlineData("__Host-session=abc; Path=/cards; Secure")]
    [InlineData("__Host-session=abc; Path=/; Secure; Domain=shop.localhost")]
    public void A_host_cookie_that_breaks_its_own_rules_is_dropped(string header)
    {
        var cookies = new Cookies();

        cookies.Take(Shop, header, Now);

        cookies.HeaderFor(Shop).ShouldBeNull();
    }

    [Theory]
    [InlineData("a=; Path=/; Max-Age=0")]
    [InlineData("a=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT")]
    public void An_expired_cookie_is_forgotten(string header)
    {
        var cookies = new Cookies();
        cookies.Take(Shop, "a=1; Path=/", Now);

        cookies.Take(Shop, header, Now);

        cookies.HeaderFor(Shop).ShouldBeNull();
    }

    [Fact]
    public void A_form_is_read_with_what_a_browser_would_send()
    {
        var form = Form.In("""
            <form method="post" action="/consent?id=1&amp;x=2">
              <input type="hidden" name="token" value="a&quot;b">
              <input type=text name=nickname value=bare>
              <input type="radio" name="person" value="li-na"><input type="radio" name="person" value="wang" checked>
              <input type="checkbox" name="profile" checked><input type="checkbox" name="email">
              <textarea name="reason">1 &lt; 2</textarea>
              <button name="decision" value="allow" formnovalidate>Allow</button><button type="button" value="x">Other</button>
            </form>
            """, Shop).ShouldHaveSingleItem();

        form.Action.ShouldBe(new Uri("http://shop.localhost:8080/consent?id=1&x=2"));
        form.IsPost.ShouldBeTrue();
        form.Fields.ShouldBe(
        [
            new("token", "a\"b"), new("nickname", "bare"), new("person", "wang"), new("profile", "on"), new("reason", "1 < 2"),
        ]);
        form.Buttons.ShouldBe([new FormButton("decision", "allow")]);
    }
}
