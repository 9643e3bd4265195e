using System.Security.Cryptography;
using System.Text;

namespace Hutong.Simulators.Platforms;

/// <summary>An app registered at a platform: what we are to it.</summary>
internal class PlatformClient
{
    /// <summary>The app key.</summary>
    public string ClientId { get; set; } = "";

    /// <summary>The app secret.</summary>
    public string ClientSecret { get; set; } = "";

    /// <summary>Where codes may be sent: this address and everything below its path.</summary>
    public string RedirectUri { get; set; } = "";

    public bool HasSecret(string? secret) => CryptographicOperations.FixedTimeEquals(
        Encoding.UTF8.GetBytes(secret ?? ""), Encoding.UTF8.GetBytes(ClientSecret));

    /// <summary>Compares as addresses: <c>http://host.evil</c> is not below <c>http://host</c>.</summary>
    public bool Allows(string? redirectUri) =>
        Uri.TryCreate(redirectUri, UriKind.Absolute, out var asked)
        && asked.Fragment.Length == 0 && asked.UserInfo.Length == 0
        && Uri.TryCreate(RedirectUri, UriKind.Absolute, out var registered)
        && asked.GetLeftPart(UriPartial.Authority) == registered.GetLeftPart(UriPartial.Authority)
        && ($"{asked.AbsolutePath}/").StartsWith($"{registered.AbsolutePath.TrimEnd('/')}/", StringComparison.Ordinal);
}

/// <summary>The settings of one platform, <c>Simulators:{platform}</c>.</summary>
internal sealed class PlatformOptions : PlatformClient
{
    /// <summary>The address browsers use, for the pictures that a profile names.</summary>
    public string BrowserAddress { get; set; } = "";

    /// <summary>Further apps, for what happens when one app is handed another's code or token.</summary>
    public PlatformClient[] Others { get; set; } = [];

    public PlatformClient? Find(string? clientId) =>
        Others.Append(this).FirstOrDefault(client => client.ClientId == clientId);
}
