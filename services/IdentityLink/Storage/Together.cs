namespace Hutong.IdentityLink.Storage;

/// <summary>
/// Lets callers share a statement: while a few are in flight, those who come wait for one of them to end and then go in
/// the next. With nothing in flight somebody goes at once, and alone. A statement that fails fails all who are in it.
/// </summary>
/// <param name="run">Runs one statement for several callers and answers each, in their order.</param>
internal sealed class Together<TQuestion, TAnswer>(Func<IReadOnlyList<TQuestion>, Task<IReadOnlyList<TAnswer>>> run)
{
    /// <summary>How many statements may be in flight: the next is sent while one waits for the disk.</summary>
    private const int Places = 2;
    private const int MostInOne = 200;

    private readonly Lock gate = new();
    private readonly Queue<Caller> waiting = [];
    private int taken;

    /// <summary>Asks. Nobody can take back what goes together with others.</summary>
    public Task<TAnswer> Ask(TQuestion question)
    {
        var caller = new Caller(question);
        lock (gate)
        {
            waiting.Enqueue(caller);
            if (taken == Places)
                return caller.Answer.Task;
            taken++;
        }
        // What comes after the first is not part of the first one's trace.
        using (ExecutionContext.SuppressFlow())
            _ = Work();
        return caller.Answer.Task;
    }

    private async Task Work()
    {
        while (Next() is { Length: > 0 } callers)
        {
            try
            {
                var answers = await run(Array.ConvertAll(callers, caller => caller.Question));
                for (var i = 0; i < callers.Length; i++)
                    callers[i].Answer.SetResult(answers[i]);
            }
            catch (Exception e)
            {
                foreach (var caller in callers)
                    caller.Answer.TrySetException(e);
            }
        }
    }

    /// <summary>Those who go in the next statement; with none the place is given up.</summary>
    private Caller[] Next()
    {
        lock (gate)
        {
            var callers = new Caller[Math.Min(waiting.Count, MostInOne)];
            for (var i = 0; i < callers.Length; i++)
                callers[i] = waiting.Dequeue();
            if (callers.Length == 0)
                taken--;
            return callers;
        }
    }

    private sealed class Caller(TQuestion question)
    {
        public TQuestion Question => question;

        public TaskCompletionSource<TAnswer> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
