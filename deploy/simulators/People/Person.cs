namespace Hutong.Simulators.People;

/// <summary>One demo person and the accounts they have at the simulated platforms.</summary>
/// <param name="Id">The value of <c>person</c> in the authorize page's form.</param>
/// <param name="Name">The name in Chinese.</param>
/// <param name="NameEn">The name in English.</param>
/// <param name="Role">Who they are in the demo, in Chinese.</param>
/// <param name="RoleEn">Who they are in the demo, in English.</param>
/// <param name="Picture">The key of the picture: <c>/pictures/{key}.svg</c>. It says nothing about the person.</param>
/// <param name="Colour">The picture's background.</param>
public sealed record Person(
    string Id, string Name, string NameEn, string Role, string RoleEn, string Picture, string Colour)
{
    /// <summary>The account at Weibo, if any.</summary>
    public WeiboAccount? Weibo { get; init; }

    /// <summary>The account at Taobao, if any.</summary>
    public TaobaoAccount? Taobao { get; init; }

    /// <summary>The account at QQ, if any.</summary>
    public QqAccount? Qq { get; init; }

    /// <summary>The account at WeChat, if any.</summary>
    public WeChatAccount? WeChat { get; init; }

    /// <summary>The account at JD, if any.</summary>
    public JdAccount? Jd { get; init; }

    /// <summary>The account at Linli, the OpenID Connect provider, if any.</summary>
    public LinliAccount? Linli { get; init; }

    /// <summary>
    /// Everything that tells who this is: what must not be found in an event, a message, a log line or a span.
    /// </summary>
    public IEnumerable<string> PersonalValues =>
        new[]
        {
            Name, NameEn, Weibo?.ScreenName, Weibo?.Email, Weibo?.Uid.ToString(System.Globalization.CultureInfo.InvariantCulture),
            Taobao?.UserId, Taobao?.Nick, Taobao?.OpenUid, Taobao?.SubUserId, Taobao?.SubNick,
            Taobao is null ? null : Uri.EscapeDataString(Taobao.Nick),
            Qq?.OpenId, Qq?.UnionId, Qq?.Nickname,
            WeChat?.OpenId, WeChat?.InAppOpenId, WeChat?.UnionId, WeChat?.Nickname,
            Jd?.OpenId, Jd?.Nickname,
            Linli?.Subject, Linli?.Nickname, Linli?.Email,
        }.OfType<string>().Where(value => value.Length > 0);
}

/// <summary>An account at Weibo. <paramref name="Email"/> is absent where the person gave Weibo none.</summary>
public sealed record WeiboAccount(
    long Uid, string ScreenName, string? Email, string Gender, string Location, string Description);

/// <summary>
/// An account at Taobao. <paramref name="UserId"/> is empty for those of whom Taobao gives the open uid only;
/// the sub-account is that of a shop's assistant.
/// </summary>
public sealed record TaobaoAccount(string UserId, string Nick, string OpenUid, string? SubUserId, string? SubNick);

/// <summary>An account at QQ: an openid per app, and one union id.</summary>
public sealed record QqAccount(string OpenId, string UnionId, string Nickname, string Gender);

/// <summary>An account at WeChat: an openid for the website app, another for any other app, and one union id.</summary>
public sealed record WeChatAccount(
    string OpenId, string InAppOpenId, string UnionId, string Nickname, int Sex, string Province, string City);

/// <summary>An account at JD.</summary>
public sealed record JdAccount(string OpenId, string Nickname);

/// <summary>An account at Linli, which stands for any OpenID Connect provider.</summary>
public sealed record LinliAccount(string Subject, string Nickname, string Email);
