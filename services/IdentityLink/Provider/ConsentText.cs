namespace Hutong.IdentityLink.Provider;

/// <summary>What the consent page says about each scope. A change of meaning takes a new version, and people are asked again.</summary>
public static class ConsentText
{
    /// <summary>The version of the text, kept with each consent.</summary>
    public const string Version = "2026-11-22";

    /// <summary>The texts of scopes, in Chinese and in English.</summary>
    public static IReadOnlyDictionary<string, (string Chinese, string English)> Of { get; } =
        new Dictionary<string, (string, string)>
        {
            [Scopes.OpenId] = ("确认你是同一个人。对方只得到一个专属编号，无法据此在别处认出你。",
                "Recognise you when you return. It gets a number of its own for you, which tells nobody else who you are."),
            [Scopes.Profile] = ("看到你的昵称。", "See your nickname."),
            [Scopes.UnionId] = ("让同一开发者的其他应用也认出你是同一个人。", "Let the same developer's other apps recognise you as the same person."),
            [Scopes.OfflineAccess] = ("你离开后继续保持登录。", "Stay connected while you are away."),
            [Scopes.Operations] = ("以运营人员的身份查看和处理他人的事务。", "Look at other people's affairs and decide on them, as an operator."),
            [Scopes.Clients] = ("登记并管理你开发的应用。", "Register and manage the apps that you develop."),
        };

    /// <summary>What no partner is told, whatever it asks for, in Chinese and in English.</summary>
    public static IReadOnlyList<(string Chinese, string English)> NotTold { get; } =
    [
        ("你用哪些平台的账号登录，也看不到那些账号的编号和密码。", "With which platforms' accounts you sign in, nor their numbers or passwords."),
        ("你的手机号、邮箱和地址。", "Your telephone number, e-mail or postal address."),
        ("你还允许了哪些应用，以及你在那里做了什么。", "Which other apps you allowed, or what you do there."),
        ("你发的内容、你的订单和你认识的人。", "What you post, what you buy and whom you know."),
    ];
}
