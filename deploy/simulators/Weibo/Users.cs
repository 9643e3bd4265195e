using System.Globalization;
using Hutong.Simulators.People;
using Hutong.Simulators.Platforms;
using Microsoft.Net.Http.Headers;

namespace Hutong.Simulators.Weibo;

/// <summary><c>GET /2/users/show.json</c> and <c>GET /2/account/profile/email.json</c>.</summary>
internal sealed class Users(PlatformOptions options, WeiboTokens tokens)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/2/users/show.json", Show);
        routes.MapGet("/2/account/profile/email.json", Email);
    }

    private async Task<IResult> Show(HttpRequest request)
    {
        var parameters = await Parameters.Read(request);
        if (!tokens.TryFind(Token(request, parameters), out _, out var error))
            return error.Answer(request);
        if (parameters["uid"] is null && parameters["screen_name"] is null)
            return WeiboError.MissingUser.Answer(request);
        var shown = DemoPeople.All.FirstOrDefault(person => person.Weibo is { } account
            && (account.Uid.ToString(CultureInfo.InvariantCulture) == parameters["uid"] || account.ScreenName == parameters["screen_name"]));
        return shown is null ? WeiboError.UnknownUser.Answer(request) : Results.Json(Profile(shown, shown.Weibo!));
    }

    /// <summary>An array, and only for a token with the scope <c>email</c>.</summary>
    private async Task<IResult> Email(HttpRequest request)
    {
        var parameters = await Parameters.Read(request);
        if (!tokens.TryFind(Token(request, parameters), out var token, out var error))
            return error.Answer(request);
        if (!token.Has("email"))
            return WeiboError.InsufficientPermissions.Answer(request);
        return Results.Json(token.Person.Weibo!.Email is { } email ? new[] { new { email } } : []);
    }

    private object Profile(Person person, WeiboAccount account) => new
    {
        id = account.Uid,
        idstr = account.Uid.ToString(CultureInfo.InvariantCulture),
        screen_name = account.ScreenName,
        name = account.ScreenName,
        location = account.Location,
        description = account.Description,
        url = "",
        profile_image_url = Picture(person),
        profile_url = $"u/{account.Uid}",
        domain = "",
        gender = account.Gender,
        followers_count = 128,
        friends_count = 96,
        statuses_count = 342,
        favourites_count = 12,
        created_at = "Tue May 31 17:46:55 +0800 2011",
        following = false,
        verified = false,
        verified_type = -1,
        avatar_large = Picture(person),
        avatar_hd = Picture(person),
        lang = "zh-cn",
    };

    private string Picture(Person person) => $"{options.BrowserAddress.TrimEnd('/')}{Pictures.Path(person)}";

    /// <summary>As <c>access_token</c>, or in a header of Weibo's own: <c>Authorization: OAuth2 {token}</c>.</summary>
    private static string? Token(HttpRequest request, Parameters parameters) =>
        parameters["access_token"]
        ?? (request.Headers[HeaderNames.Authorization] is [{ } header] && header.StartsWith("OAuth2 ", StringComparison.Ordinal)
            ? header["OAuth2 ".Length..].Trim()
            : null);
}
