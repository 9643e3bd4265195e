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
        new("taobao", "23075594", "/authorize"),
    ];
}
