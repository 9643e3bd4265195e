namespace Hutong.Launcher.Deploying;

/// <summary>What the simulators and Identity-Link are told of each other, platform by platform.</summary>
internal sealed class PlatformSettings(Addresses addresses, Secrets secrets)
{
    /// <summary>For the simulators: the apps registered at each platform.</summary>
    public IEnumerable<KeyValuePair<string, string?>> Simulated() =>
        DemoPlatform.All.SelectMany(platform => Simulated(platform).Select(setting => Named($"Simulators__{platform.Name}__", setting)));

    /// <summary>For Identity-Link: where each platform is, and who we are there.</summary>
    public IEnumerable<KeyValuePair<string, string?>> Offered() =>
        DemoPlatform.All.SelectMany(platform => Offered(platform).Select(setting => Named($"Platforms__{platform.Name}__", setting)));

    private IEnumerable<(string Key, string Value)> Simulated(DemoPlatform platform)
    {
        yield return ("ClientId", platform.AppKey);
        yield return ("ClientSecret", SecretOf(platform.Name));
        yield return ("RedirectUri", CallbackOf(platform));
        yield return ("BrowserAddress", Text(addresses.Platform(platform.Name)));
        if (platform.InApp is { } inApp)
        {
            yield return ("Others__0__ClientId", inApp.AppKey);
            yield return ("Others__0__ClientSecret", SecretOf($"{platform.Name}-in-app"));
            yield return ("Others__0__RedirectUri", CallbackOf(platform));
        }
    }

    private IEnumerable<(string Key, string Value)> Offered(DemoPlatform platform)
    {
        yield return ("ClientId", platform.AppKey);
        yield return ("ClientSecret", SecretOf(platform.Name));
        yield return ("ApiAddress", Text(addresses.Simulators) + platform.ApiPath);
        if (platform.Issuer is { } issuer)
        {
            yield return ("Issuer", Text(addresses.Platform(platform.Name)) + issuer);
            yield return ("Title__Chinese", platform.Title.Chinese);
            yield return ("Title__English", platform.Title.English);
            yield return ("Side", "Social");
            yield break;
        }
        yield return ("AuthorizeAddress", Text(addresses.Platform(platform.Name)) + platform.AuthorizePath);
        if (platform.HasRouter)
            yield return ("RouterAddress", Text(addresses.Simulators));
        if (platform.InApp is { } inApp)
        {
            yield return ("InApp__ClientId", inApp.AppKey);
            yield return ("InApp__ClientSecret", SecretOf($"{platform.Name}-in-app"));
            yield return ("InApp__AuthorizeAddress", Text(addresses.Platform(platform.Name)) + inApp.AuthorizePath);
        }
    }

    private string SecretOf(string app) => secrets.Password($"platform-{app}");

    private string CallbackOf(DemoPlatform platform) => $"{Text(addresses.Origin)}/callback/{platform.Name}";

    private static KeyValuePair<string, string?> Named(string prefix, (string Key, string Value) setting) => new(prefix + setting.Key, setting.Value);

    private static string Text(Uri address) => address.AbsoluteUri.TrimEnd('/');
}
