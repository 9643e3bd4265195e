namespace Hutong.IdentityLink.Provider;

/// <summary>The scopes on offer. Others that are asked for are ignored (OpenID Connect Core, section 3.1.2.1).</summary>
public static class Scopes
{
    /// <summary>Makes it an OpenID Connect request.</summary>
    public const string OpenId = "openid";

    /// <summary>The person's nickname.</summary>
    public const string Profile = "profile";

    /// <summary>The <c>unionid</c>, by which all apps of one developer know the person: for those alone.</summary>
    public const string UnionId = "unionid";

    /// <summary>A refresh token.</summary>
    public const string OfflineAccess = "offline_access";

    /// <summary>Looking at other people, with a reason: for operators alone, at clients that are registered for it.</summary>
    public const string Operations = "operations";

    /// <summary>Registering clients and managing one's own: at clients of ours that are made for it.</summary>
    public const string Clients = "clients";

    /// <summary>
    /// A partner's own affairs: what it registered, its notices and its delivery logs. Only a token of the client itself has
    /// it, and no person is asked for it.
    /// </summary>
    public const string Partner = "partner";

    /// <summary>Those that partners may ask people for.</summary>
    public static IReadOnlyList<string> Offered { get; } = [OpenId, Profile, UnionId, OfflineAccess];

    /// <summary>All that people may give, in the order in which they are shown and stored.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Offered, Operations, Clients];

    /// <summary>Those that open something by themselves: all that a token of a tool is good for, see <see cref="Client.IsTool"/>.</summary>
    public static IReadOnlyList<string> OfTools { get; } = [Operations, Clients];

    /// <summary>The known ones of a space-separated list.</summary>
    public static string[] Known(string? scope)
    {
        var asked = Split(scope);
        return [.. All.Where(asked.Contains)];
    }

    /// <summary>A space-separated list as its parts.</summary>
    public static string[] Split(string? scope) => (scope ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
