using System.Diagnostics;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace Hutong.RelayHost;

/// <summary>Ends this process with SIGKILL at a point of a publish: nothing is flushed, closed or released.</summary>
public sealed class Crash : IPublishObserver
{
    public const string BeforePublish = "before-publish";
    public const string AfterConfirm = "after-confirm";

    private readonly string point;
    private int left;

    private Crash(string point, int count) => (this.point, left) = (point, count);

    public static void At(IServiceProvider services, string point, int count) =>
        services.GetRequiredService<IBus>().ConnectPublishObserver(new Crash(point, count));

    public Task PrePublish<T>(PublishContext<T> context) where T : class => Pass(BeforePublish);

    /// <summary>The broker has confirmed; the checkpoint is not moved yet.</summary>
    public Task PostPublish<T>(PublishContext<T> context) where T : class => Pass(AfterConfirm);

    public Task PublishFault<T>(PublishContext<T> context, Exception exception) where T : class => Task.CompletedTask;

    private async Task Pass(string at)
    {
        if (at != point || Interlocked.Decrement(ref left) > 0)
            return;
        Process.GetCurrentProcess().Kill();
        await Task.Delay(Timeout.Infinite);
    }
}
