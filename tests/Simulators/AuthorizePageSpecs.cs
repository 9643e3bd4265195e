using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Hutong.Simulators.People;
using static Hutong.Simulators.Tests.SimulatedPlatforms;

namespace Hutong.Simulators.Tests;

public sealed partial class AuthorizePageSpecs : IDisposable
{
    private readonly SimulatedPlatforms _platforms = new();

    public static TheoryData<string> Paths =>
    [
        "/oauth2/authorize", "/authorize", "/oauth2.0/authorize", "/connect/qrconnect", "/connect/oauth2/authorize", "/oauth2/to_login",
        "/linli/authorize",
    ];

    [Theory, MemberData(nameof(Paths))]
    public async Task The_page_is_a_plain_form_that_posts_back_to_its_own_address(string path)
    {
        var address = AuthorizeAddress(path, state: "a&b=\"c\"");
        var page = WebUtility.HtmlDecode(await _platforms.Browser.GetStringAsync(address));

        page.ShouldContain("""<form method="post" action=""");
        page.ShouldContain("name=\"decision\" value=\"authorize\"");
        page.ShouldContain("name=\"decision\" value=\"deny\"");
        page.ShouldNotContain("<script");
        Action().Match(page).Groups[1].Value.ShouldStartWith($"{path}?{ClientParameter(path)}=1001");
    }

    [Theory]
    [InlineData("/oauth2/authorize", "li-na wang chen zhao zoe qian")]
    [InlineData("/authorize", "li-na wang zhao zoe qian")]
    [InlineData("/oauth2.0/authorize", "li-na wang zhao")]
    [InlineData("/connect/qrconnect", "li-na wang chen")]
    [InlineData("/oauth2/to_login", "li-na wang")]
    [InlineData("/linli/authorize", "li-na zoe")]
    public async Task The_page_offers_the_people_who_have_an_account_there(string path, string people)
    {
        var page = await _platforms.Browser.GetStringAsync(AuthorizeAddress(path));
        string.Join(' ', Radio().Matches(page).Select(match => match.Groups[1].Value)).ShouldBe(people);
    }

    [Theory]
    [InlineData("zh-CN,zh;q=0.9,en;q=0.8", "zh-CN", "授权")]
    [InlineData("en-GB,en;q=0.9,zh;q=0.8", "en", "Authorize")]
    [InlineData("fr", "zh-CN", "授权")]
    public async Task The_page_speaks_the_visitors_language(string accepted, string tag, string button)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, AuthorizeAddress("/oauth2/authorize"));
        request.Headers.AcceptLanguage.ParseAdd(accepted);
        using var answer = await _platforms.Browser.SendAsync(request);
        var page = WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync());
        page.ShouldContain($"<html lang=\"{tag}\"");
        page.ShouldContain($">{button}</button>");
    }

    [Theory, MemberData(nameof(Paths))]
    public async Task Agreeing_sends_a_code_and_the_state_back_unchanged(string path)
    {
        var location = await _platforms.Decide(AuthorizeAddress(path, state: "a&b=c d"), "li-na");
        location.GetLeftPart(UriPartial.Path).ShouldBe(Redirect);
        // Linli names itself as well (RFC 9207).
        location.Query.ShouldMatch(@"^\?code=[0-9a-f]{32}(&iss=http[^&]+linli)?&state=a%26b%3Dc%20d$");
    }

    [Theory]
    [InlineData("/oauth2/authorize", "?error_uri=%2Foauth2%2Fauthorize&error=access_denied&error_description=user%20denied%20your%20request.&error_code=21330&state=s")]
    [InlineData("/authorize", "?error=access_denied&error_description=authorize%20reject&state=s")]
    [InlineData("/oauth2.0/authorize", "?usercancel=1&state=s")]
    [InlineData("/connect/qrconnect", "?state=s")]
    [InlineData("/connect/oauth2/authorize", "?state=s")]
    [InlineData("/oauth2/to_login", "?error=access_denied&state=s")]
    [InlineData("/linli/authorize", "?error=access_denied&iss=http%3A%2F%2Flinli.localhost%3A5200%2Flinli&state=s")]
    public async Task Refusing_is_told_in_the_platforms_own_words(string path, string query) =>
        (await _platforms.Decide(AuthorizeAddress(path), "li-na", "deny")).Query.ShouldBe(query);

    [Theory]
    [InlineData("/oauth2/authorize", "9999", Redirect, "21324")]
    [InlineData("/oauth2/authorize", "1001", "http://localhost:8080.evil.example/callback", "21322")]
    [InlineData("/oauth2/authorize", "1001", "http://localhost:8080/callbacks", "21322")]
    [InlineData("/oauth2/authorize", "1001", "http://u@localhost:8080/callback", "21322")]
    [InlineData("/oauth2/authorize", "1001", "", "21322")]
    [InlineData("/authorize", "9999", Redirect, "invalid_client")]
    [InlineData("/oauth2.0/authorize", "9999", Redirect, "100008")]
    [InlineData("/connect/qrconnect", "9999", Redirect, "appid")]
    [InlineData("/oauth2/to_login", "9999", Redirect, "app_key is invalid")]
    [InlineData("/linli/authorize", "9999", Redirect, "unauthorized_client")]
    [InlineData("/authorize", "1001", "https://localhost:8080/callback", "application callback can not match the redirect_uri")]
    public async Task An_unknown_app_or_address_gets_a_page_and_no_redirect(
        string path, string client, string redirect, string told)
    {
        var address = AuthorizeAddress(path, redirect, client);
        using var shown = await _platforms.Browser.GetAsync(address);
        using var posted = await _platforms.Browser.PostAsync(address, null);
        foreach (var answer in new[] { shown, posted })
        {
            answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
            (await answer.Content.ReadAsStringAsync()).ShouldContain(told);
        }
    }

    [Theory]
    [InlineData("/oauth2/authorize", "token", "error_code=21329")]
    [InlineData("/authorize", "token", "error=unsupported_response_type")]
    [InlineData("/authorize", null, "error=unsupported_response_type")]
    public async Task A_response_type_other_than_code_is_refused_to_the_app(string path, string? responseType, string told)
    {
        using var answer = await _platforms.Browser.GetAsync(AuthorizeAddress(path, responseType: responseType));
        answer.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        answer.Headers.Location!.Query.ShouldContain(told);
    }

    [Theory]
    [InlineData("nobody", "authorize")]
    [InlineData("li-na", "")]
    [InlineData("chen", "authorize")]
    public async Task A_form_without_a_choice_or_with_someone_unknown_there_asks_again(string person, string decision)
    {
        using var form = new FormUrlEncodedContent([new("person", person), new("decision", decision)]);
        using var answer = await _platforms.Browser.PostAsync(AuthorizeAddress("/authorize"), form);
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("role=\"alert\"");
    }

    [Fact]
    public async Task The_overview_lists_the_endpoints_and_the_people()
    {
        var page = await _platforms.Browser.GetStringAsync(new Uri("/", UriKind.Relative));
        page.ShouldContain("POST /oauth2/access_token");
        page.ShouldContain("POST /token");
        foreach (var person in DemoPeople.All)
            page.ShouldContain(person.Id);
    }

    [Fact]
    public async Task A_picture_is_an_svg_that_names_nobody()
    {
        foreach (var person in DemoPeople.All)
        {
            using var answer = await _platforms.Browser.GetAsync($"/pictures/{person.Picture}.svg");
            answer.Content.Headers.ContentType.ShouldBe(MediaTypeHeaderValue.Parse("image/svg+xml; charset=utf-8"));
            var svg = await answer.Content.ReadAsStringAsync();
            person.PersonalValues.ShouldAllBe(value => !svg.Contains(value, StringComparison.Ordinal));
        }
        using var unknown = await _platforms.Browser.GetAsync("/pictures/none.svg");
        unknown.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Theory, InlineData("/health/live"), InlineData("/health/ready")]
    public async Task It_says_when_it_is_ready(string path)
    {
        using var answer = await _platforms.Browser.GetAsync(path);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    public void Dispose() => _platforms.Dispose();

    [GeneratedRegex("""name="person" value="([^"]+)" """)]
    private static partial Regex Radio();

    [GeneratedRegex("""action="(\S+)""")]
    private static partial Regex Action();
}
