namespace Hutong.IdentityLink.Platforms;

/// <summary>
/// Subjects of platforms where one account has an id per app and, for all apps of one developer, a union id. The
/// prefixes tell them apart: no app's id of one person can ever be equal to another's union id.
/// </summary>
internal static class PlatformSubjects
{
    /// <summary>The account as one app knows it. App ids have no colon.</summary>
    public static string OfApp(string appId, string openId) => $"openid:{appId}:{openId}";

    /// <summary>The account as all apps of ours know it; none where the platform did not say.</summary>
    public static IReadOnlyList<string> OfUnion(string? unionId) => unionId is null ? [] : [$"union:{unionId}"];
}
