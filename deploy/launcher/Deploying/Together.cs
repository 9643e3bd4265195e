namespace Hutong.Launcher.Deploying;

/// <summary>Runs steps side by side as one: when one fails, the others are cancelled and waited for.</summary>
internal static class Together
{
    public static async Task Run(
        CancellationToken cancellation, params IReadOnlyCollection<Func<CancellationToken, Task>> steps)
    {
        using var rest = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var running = steps.Select(step => step(rest.Token)).ToList();
        Exception? first = null;
        await foreach (var step in Task.WhenEach(running))
        {
            await ((Task)step).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (step.IsCompletedSuccessfully || first is not null)
                continue;
            first = step.Exception?.InnerException ?? new OperationCanceledException(cancellation);
            await rest.CancelAsync();
        }
        if (first is not null)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(first);
    }
}
