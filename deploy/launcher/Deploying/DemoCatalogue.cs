using Hutong.Launcher.Processes;
using Hutong.Launcher.Walk;

namespace Hutong.Launcher.Deploying;

/// <summary>The demo brand's feed: derived by the script of <c>deploy/demo/catalogue</c>.</summary>
/// <param name="layout">Where the script is.</param>
/// <param name="shop">The shop that the links in the feed lead to.</param>
/// <param name="folder">A folder to write to.</param>
internal sealed class DemoCatalogue(Layout layout, Uri shop, string folder) : ICatalogue
{
    public async Task<byte[]> Feed(CancellationToken cancellation)
    {
        var file = Path.Combine(folder, "catalogue.tsv");
        await ChildProcess.Run(new ChildProcessOptions
        {
            Name = "the catalogue script",
            Program = "node",
            Arguments = ["feed.js", "--out", file, "--base", shop.AbsoluteUri.TrimEnd('/')],
            WorkingFolder = layout.At("deploy/demo/catalogue"),
            LogFile = Path.Combine(folder, "log", "catalogue.log"),
        }, cancellation);
        return await File.ReadAllBytesAsync(file, cancellation);
    }
}
