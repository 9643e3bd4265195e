using Hutong.Launcher.Deploying;
using Hutong.Launcher.Processes;

namespace Hutong.Launcher;

/// <summary>
/// <c>with-system COMMAND…</c>: runs a command beside the whole system, two instances of each part on free ports, that
/// lives in a temporary folder as long as it does. Its public origin is in the command's environment, as
/// <c>HUTONG_ORIGIN</c>; settings of ours that are in the environment reach the services. With <c>HUTONG_DATA</c> it keeps its
/// data in that folder, so that another run goes on with it.
/// </summary>
internal static class WithSystem
{
    public const string Name = "with-system";

    private const int Instances = 2;

    public static async Task<int> Run(string[] command, CancellationToken cancellation)
    {
        if (command.Length == 0)
            throw new LaunchException($"{Name} needs a command to run.");
        var kept = Environment.GetEnvironmentVariable("HUTONG_DATA");
        var folder = kept ?? Path.Combine(Path.GetTempPath(), $"hutong-system-{Guid.NewGuid():N}");
        try
        {
            await using var system = await Deployment.Start(
                new DeploymentOptions
                {
                    DataFolder = folder,
                    Ports = PortPlan.Random(),
                    ServiceInstances = Instances,
                    GatewayInstances = Instances,
                    Durable = false,
                },
                cancellation);
            await using var child = await ChildProcess.Start(new ChildProcessOptions
            {
                Name = command[0],
                Program = command[0],
                Arguments = command[1..],
                Environment = new Dictionary<string, string?> { ["HUTONG_ORIGIN"] = system.Addresses.Origin.ToString().TrimEnd('/') },
            });
            return await child.WaitForExit(cancellation);
        }
        finally
        {
            if (kept is null && Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
        }
    }
}
