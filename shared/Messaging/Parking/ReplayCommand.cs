using Hutong.EventStore.CommandLine;

namespace Hutong.Messaging.Parking;

/// <summary><c>replay-parked [--queue Q] [--key K]</c>: applies parked messages again.</summary>
internal sealed class ReplayCommand(Replay replay) : IServiceCommand
{
    public string Name => "replay-parked";

    public string Usage => "replay-parked [--queue QUEUE] [--key ORDER_KEY]";

    /// <returns>0 when nothing parked is left, 1 when messages stay parked.</returns>
    public async Task<int?> Run(IReadOnlyList<string> options, CancellationToken cancellation)
    {
        if (Parse(options) is not { } wanted)
            return null;
        var result = await replay.Run(wanted.Queue, wanted.Key, cancellation);
        Console.WriteLine($"{result.Applied} applied, {result.Remaining} remaining");
        return result.Remaining == 0 ? 0 : 1;
    }

    private static (string? Queue, string? Key)? Parse(IReadOnlyList<string> options) => options switch
    {
        [] => (null, null),
        ["--queue", var queue] => (queue, null),
        ["--key", var key] => (null, key),
        ["--queue", var queue, "--key", var key] => (queue, key),
        ["--key", var key, "--queue", var queue] => (queue, key),
        _ => null,
    };
}
