using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hutong.EventStore;
using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Receipts;
using Hutong.IdentityLink.Tests.Hosting;
using Microsoft.IdentityModel.Tokens;

namespace Hutong.IdentityLink.Tests.Receipts;

/// <summary>Receipts as their owner reads them, without the service's own types.</summary>
internal static class ReceiptReading
{
    /// <summary>What a person downloads.</summary>
    public static async Task<JsonObject> Receipts(this TestBrowser browser, string address = "/account/receipts") =>
        JsonNode.Parse((await browser.Get(address)).Body)!.AsObject();

    /// <summary>What the receipts of a download say.</summary>
    public static JsonObject[] Payloads(this JsonObject download) =>
        [.. download["receipts"]!.AsArray().Select(jws => Payload(jws!.GetValue<string>()))];

    public static JsonObject Payload(string jws) => JsonNode.Parse(Base64UrlEncoder.Decode(jws.Split('.')[1]))!.AsObject();

    public static JsonObject Header(string jws) => JsonNode.Parse(Base64UrlEncoder.Decode(jws.Split('.')[0]))!.AsObject();

    public static string Text(this JsonObject payload, string name) => payload[name]!.GetValue<string>();

    /// <summary>The platforms of an account list.</summary>
    public static string[] Platforms(this JsonObject payload, string list) =>
        [.. payload[list]!.AsArray().Select(account => account!["platform"]!.GetValue<string>())];

    /// <summary>The receipts of a stream, which form one chain.</summary>
    public static IReadOnlyList<(string[] Gained, string[] Lost)> Chained(IEnumerable<StoredEvent> events)
    {
        var chain = ReceiptChain.Empty;
        var receipts = new List<(string[], string[])>();
        foreach (var issued in events.Select(e => e.Data).OfType<ReceiptIssued>())
        {
            var payload = JsonSerializer.Deserialize(
                Base64UrlEncoder.Decode(issued.Jws.Split('.')[1]), ReceiptJson.Default.Receipt)!;
            (payload.Number, payload.Previous).ShouldBe((chain.Count + 1, chain.Last));
            issued.Number.ShouldBe(payload.Number);
            receipts.Add(([.. payload.Gained.Select(a => a.Account)], [.. payload.Lost.Select(a => a.Account)]));
            chain = chain.With(issued.Jws);
        }
        return receipts;
    }

    /// <summary>Runs the verifier of the repository over files of this content.</summary>
    public static async Task<(int ExitCode, string Output)> Verify(IEnumerable<JsonNode> downloads, string? jwks = null)
    {
        var folder = Directory.CreateTempSubdirectory("hutong-receipts-");
        try
        {
            var start = new ProcessStartInfo("node") { RedirectStandardOutput = true, RedirectStandardError = true };
            start.ArgumentList.Add(Path.Combine(Repository(), "deploy/receipts/verify.mjs"));
            foreach (var (number, download) in downloads.Index())
                start.ArgumentList.Add(await Write($"receipts-{number}.json", download.ToJsonString()));
            if (jwks is not null)
            {
                start.ArgumentList.Add("--jwks");
                start.ArgumentList.Add(await Write("jwks.json", jwks));
            }
            using var process = Process.Start(start)!;
            var errors = process.StandardError.ReadToEndAsync();
            var output = await process.StandardOutput.ReadToEndAsync() + await errors;
            await process.WaitForExitAsync();
            return (process.ExitCode, output);
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        async Task<string> Write(string name, string content)
        {
            var file = Path.Combine(folder.FullName, name);
            await File.WriteAllTextAsync(file, content);
            return file;
        }
    }

    private static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Platform.sln")))
            folder = folder.Parent!;
        return folder.FullName;
    }
}
