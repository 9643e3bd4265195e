using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Hutong.Messaging.Parking;

/// <summary>
/// The command line of a service: without arguments of its own it serves; <c>replay-parked [--queue Q] [--key K]</c>
/// applies parked messages again and leaves, beside the serving instances and without opening a port.
/// </summary>
public static class ReplayCommand
{
    private const string Name = "replay-parked";

    /// <summary>Runs the service, or the command that the arguments name.</summary>
    /// <returns>
    /// 0 when the service was stopped in order or nothing parked is left; 1 when messages stay parked; 2 when the
    /// arguments or the database did not allow a replay.
    /// </returns>
    public static async Task<int> RunService(this IHost host, string[] args)
    {
        if (args is not [Name, .. var options])
        {
            await host.RunAsync();
            return 0;
        }
        // Not by its synchronous way out: some of what it holds has none.
        await using ((IAsyncDisposable)host)
        {
            if (Parse(options) is not { } wanted)
            {
                await Console.Error.WriteLineAsync($"Usage: {Name} [--queue QUEUE] [--key ORDER_KEY]");
                return 2;
            }
            try
            {
                var result = await host.Services.ReplayParked(wanted.Queue, wanted.Key);
                Console.WriteLine($"{result.Applied} applied, {result.Remaining} remaining");
                return result.Remaining == 0 ? 0 : 1;
            }
            catch (NpgsqlException e)
            {
                await Console.Error.WriteLineAsync($"The database does not answer: {e.Message}");
                return 2;
            }
        }
    }

    private static (string? Queue, string? Key)? Parse(string[] options) => options switch
    {
        [] => (null, null),
        ["--queue", var queue] => (queue, null),
        ["--key", var key] => (null, key),
        ["--queue", var queue, "--key", var key] => (queue, key),
        ["--key", var key, "--queue", var queue] => (queue, key),
        _ => null,
    };
}
