using Hutong.IdentityLink.Sessions;
using Microsoft.AspNetCore.Http;

namespace Hutong.IdentityLink.Tests.Sessions;

public sealed class DeviceSpecs
{
    private const string Chrome = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36";

    [Theory]
    [InlineData(Chrome, "Chrome", "Windows")]
    [InlineData(Chrome + " Edg/131.0.0.0", "Edge", "Windows")]
    [InlineData("Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0", "Firefox", "Linux")]
    [InlineData("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15", "Safari", "macOS")]
    [InlineData("Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/131.0 Mobile/15E148 Safari/604.1", "Chrome", "iOS")]
    [InlineData("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 MicroMessenger/8.0.50 NetType/WIFI Language/zh_CN", "WeChat", "iOS")]
    [InlineData("Mozilla/5.0 (Linux; Android 14; SM-S9180) AppleWebKit/537.36 SamsungBrowser/26.0 Chrome/122.0.0.0 Mobile Safari/537.36", "Samsung Internet", "Android")]
    [InlineData("Mozilla/5.0 (Phone; OpenHarmony 5.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/114.0.0.0 Safari/537.36 HuaweiBrowser/5.0", "Huawei Browser", "HarmonyOS")]
    [InlineData("Li Na's own browser 1.0", null, null)]
    [InlineData("", null, null)]
    public void It_is_told_by_names_of_a_fixed_list_and_nothing_else(string agent, string? browser, string? system) =>
        Of(("User-Agent", agent)).ShouldBe(new Device(browser, system));

    [Fact]
    public void A_hint_outweighs_a_user_agent_that_speaks_for_another() =>
        Of(
            ("User-Agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"),
            ("Sec-CH-UA", "\"Microsoft Edge\";v=\"131\", \"Chromium\";v=\"131\", \"Not_A Brand\";v=\"24\""),
            ("Sec-CH-UA-Platform", "\"Android\"")).ShouldBe(new Device("Edge", "Android"));

    private static Device Of(params IReadOnlyList<(string Name, string Value)> headers)
    {
        var request = new DefaultHttpContext().Request;
        foreach (var (name, value) in headers)
            request.Headers[name] = value;
        return Device.Of(request);
    }
}
