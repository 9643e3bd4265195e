using Hutong.IdentityLink.Pages;

namespace Hutong.IdentityLink.Passkeys;

/// <summary>The browser's side of passkeys.</summary>
internal static class PasskeyScript
{
    private static readonly ScriptAsset Script = ScriptAsset.Of("Passkeys", "passkeys");

    /// <summary>The script's address.</summary>
    public static string Path => Script.Path;

    public static void MapPasskeyScript(this IEndpointRouteBuilder routes) => Script.Map(routes);
}
