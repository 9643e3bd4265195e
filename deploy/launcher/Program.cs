using Hutong.Launcher;

using var stop = new StopSignals();
try
{
    if (args is [WithServers.Name, .. var command])
        return await WithServers.Run(command, stop.Token);
    var options = CommandLine.Parse(args);
    if (!options.Help)
        return await Up.Run(options, stop.Token);
    Console.WriteLine(CommandLine.FullUsage());
    return 0;
}
catch (LaunchException e)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}
catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
{
    Console.Error.WriteLine("Stopped before the end.");
    return 130;
}
