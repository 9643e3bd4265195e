using System.Collections.Concurrent;
using System.Diagnostics;

namespace Hutong.Launcher.Processes;

/// <summary>
/// Forks every child from one thread that lives as long as the process. The kernel sends a child its
/// parent-death signal when the <i>thread</i> that forked it ends (prctl(2), PR_SET_PDEATHSIG): forked
/// from the thread pool, a child would die when the pool retires an idle thread.
/// </summary>
internal static class Spawner
{
    private static readonly BlockingCollection<Action> Work = [];

    static Spawner() => new Thread(Run) { IsBackground = true, Name = "spawner" }.Start();

    public static Task<Process> Start(ProcessStartInfo info)
    {
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        Work.Add(() =>
        {
            try
            {
                started.SetResult(Process.Start(info)!);
            }
            catch (Exception e) when (e is System.ComponentModel.Win32Exception or InvalidOperationException)
            {
                started.SetException(e);
            }
        });
        return started.Task;
    }

    private static void Run()
    {
        foreach (var start in Work.GetConsumingEnumerable())
            start();
    }
}
