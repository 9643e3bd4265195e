using Hutong.Launcher;

var (stop, registration) = Up.StopSignals();
using (registration)
{
    try
    {
        var command = CommandLine.Parse(args);
        if (command.Help)
        {
            Console.WriteLine(CommandLine.FullUsage());
            return 0;
        }
        return await Up.Run(command, stop);
    }
    catch (LaunchException e)
    {
        Console.Error.WriteLine(e.Message);
        return 1;
    }
    catch (OperationCanceledException) when (stop.IsCancellationRequested)
    {
        Console.WriteLine("Stopped before everything was ready.");
        return 130;
    }
}
