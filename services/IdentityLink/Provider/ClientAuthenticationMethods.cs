namespace Hutong.IdentityLink.Provider;

/// <summary>How a client proves who it is (OpenID Connect Core, section 9).</summary>
public static class ClientAuthenticationMethods
{
    /// <summary>The secret in the header.</summary>
    public const string ClientSecretBasic = "client_secret_basic";

    /// <summary>The secret in the form.</summary>
    public const string ClientSecretPost = "client_secret_post";

    /// <summary>An assertion signed with a key of its own (RFC 7523, section 2.2).</summary>
    public const string PrivateKeyJwt = "private_key_jwt";

    /// <summary>Not at all: a public client.</summary>
    public const string None = "none";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [ClientSecretBasic, ClientSecretPost, PrivateKeyJwt, None];

    /// <summary>Whether a method takes a secret.</summary>
    public static bool UsesSecret(string method) => method is ClientSecretBasic or ClientSecretPost;
}
