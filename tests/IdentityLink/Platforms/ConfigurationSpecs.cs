using Hutong.IdentityLink.Tests.Hosting;

namespace Hutong.IdentityLink.Tests.Platforms;

/// <summary>Settings that cannot work end the start, and name the key.</summary>
public sealed class ConfigurationSpecs(Testing.Servers servers, SimulatedPlatforms platforms)
{
    [Theory]
    [InlineData("Platforms:wechatt:ClientId", "x", "Platforms:wechatt")]
    [InlineData("Platforms:qq:Issuer", "https://provider.example", "Platforms:qq:Issuer")]
    [InlineData("Platforms:Linli2:Issuer", "https://provider.example", "Platforms:Linli2:Issuer")]
    [InlineData("Platforms:jd:ApiAddress", "nowhere", "Platforms:jd:ApiAddress")]
    [InlineData("Platforms:jd:RouterAddress", "", "RouterAddress")]
    [InlineData("Platforms:linli:Title:English", "", "Title:English")]
    [InlineData("Platforms:wechat:InApp:ClientSecret", "", "InApp")]
    [InlineData("Linking:Suspensions:weixin", "2026-11-22T00:00:00Z", "Linking:Suspensions")]
    [InlineData("Operations:Operators:0", "li-na", "Operations:Operators")]
    [InlineData("Provider:Clients:demo-partner:Operations", "true", "Provider:Clients:{id}:Operations")]
    public async Task A_setting_that_cannot_work_is_named_at_the_start(string key, string value, string named)
    {
        await using var identity = new IdentityService(servers, platforms);
        var refused = await Should.ThrowAsync<Exception>(async () => await identity.Start(new Dictionary<string, string?> { [key] = value }));
        refused.ToString().ShouldContain(named);
    }
}
