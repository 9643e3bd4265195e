namespace Hutong.Launcher.Deploying;

/// <summary>A simulated platform of the demo, and the app we are registered as at it.</summary>
/// <param name="Name">In configuration keys and host names.</param>
/// <param name="AppKey">Our client id there.</param>
/// <param name="AuthorizePath">Where it sends browsers to sign in.</param>
internal sealed record DemoPlatform(string Name, string AppKey, string AuthorizePath)
{
    public static readonly IReadOnlyList<DemoPlatform> All =
    [
        new("weibo", "2871030915", "/oauth2/authorize"),
        new("qq", "101547386", "/oauth2.0/authorize"),
        new("wechat", "wx5f0c1d9e7a3b8264", "/connect/qrconnect")
        {
            InApp = ("wxa92b6e4c0d7f1358", "/connect/oauth2/authorize"),
        },
        new("taobao", "23075594", "/authorize"),
        // Its sign-in has the paths of Weibo's, and its API a host of its own.
        new("jd", "5C8E1F0A7B3D4926AE61D85C0F7B2394", "/oauth2/to_login") { ApiPath = "/jd", HasRouter = true },
        new("linli", "hutong", "/linli/authorize") { Issuer = "/linli", Title = ("邻里通", "Linli") },
    ];

    /// <summary>Where its API is, below the simulators' address.</summary>
    public string ApiPath { get; init; } = "";

    /// <summary>Whether its profile is asked for at an API gateway beside.</summary>
    public bool HasRouter { get; init; }

    /// <summary>The app for browsers inside the platform's own app.</summary>
    public (string AppKey, string AuthorizePath)? InApp { get; init; }

    /// <summary>The path of its issuer, where it is an OpenID Connect provider.</summary>
    public string? Issuer { get; init; }

    /// <summary>What people call an OpenID Connect provider, in Chinese and English; the others bring their names.</summary>
    public (string Chinese, string English) Title { get; init; }
}
