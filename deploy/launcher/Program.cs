using Hutong.Launcher.BackingUp;

namespace Hutong.Launcher;

// Written out, because the public Program that ASP.NET Core makes of top-level statements would clash
// with a service's in tests that reference both.
internal static class EntryPoint
{
    public static async Task<int> Main(string[] args)
    {
        using var stop = new StopSignals();
        try
        {
            if (args is [WithServers.Name, .. var command])
                return await WithServers.Run(command, stop.Token);
            if (args is [WithSystem.Name, .. var beside])
                return await WithSystem.Run(beside, stop.Token);
            if (args is [BackupCommand.Name, .. var backup])
                return await BackupCommand.Run(backup, stop.Token);
            if (args is [RestoreCommand.Name, .. var restore])
                return await RestoreCommand.Run(restore, stop.Token);
            var options = CommandLine.Parse(args);
            if (!options.Help)
                return await Up.Run(options, stop.Token);
            Console.WriteLine(CommandLine.FullUsage());
            return 0;
        }
        catch (LaunchException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 1;
        }
        catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync("Stopped before the end.");
            return 130;
        }
    }
}
