namespace Hutong.Benchmarks.Linking;

/// <summary>The settings of an Identity-Link service that stands alone.</summary>
internal static class ServiceSettings
{
    /// <summary>With everything in this database.</summary>
    public static Dictionary<string, string?> On(string database)
    {
        var settings = new Dictionary<string, string?>
        {
            ["ConnectionStrings:Database"] = database,
            // Nobody listens there: what is published waits in the log.
            ["ConnectionStrings:Broker"] = "amqp://nobody:nothing@127.0.0.1:9/",
            ["Public:Origin"] = "http://localhost:8080",
            ["Keys:Current"] = "bench",
            ["Keys:KeyEncryptionKeys:bench"] = Convert.ToBase64String(new byte[32]),
            ["Keys:IdentifierHashKey"] = Convert.ToBase64String(new byte[32]),
        };
        foreach (var site in (string[])["social", "shop", "brand"])
            settings[$"Public:Sites:{site}"] = $"http://{site}.localhost:8080";
        foreach (var platform in (string[])["weibo", "taobao"])
        {
            settings[$"Platforms:{platform}:AuthorizeAddress"] = $"http://{platform}.localhost:9/authorize";
            settings[$"Platforms:{platform}:ApiAddress"] = "http://localhost:9";
            settings[$"Platforms:{platform}:ClientId"] = platform;
            settings[$"Platforms:{platform}:ClientSecret"] = platform;
        }
        return settings;
    }
}
