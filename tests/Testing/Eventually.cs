using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Hutong.Testing;

/// <summary>Waits for what becomes true by itself: asks again until it holds or the deadline passes.</summary>
public static class Eventually
{
    private static readonly TimeSpan DefaultDeadline = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Waits until the condition holds.</summary>
    /// <param name="condition">Asked again and again.</param>
    /// <param name="deadline">60 s when null.</param>
    /// <param name="because">Why it must become true, for the failure's message; the condition's own text when null.</param>
    /// <param name="text">Filled in by the compiler.</param>
    public static async Task True(
        Func<Task<bool>> condition,
        TimeSpan? deadline = null,
        string? because = null,
        [CallerArgumentExpression(nameof(condition))] string text = "")
    {
        var limit = deadline ?? DefaultDeadline;
        var waited = Stopwatch.StartNew();
        while (!await condition())
        {
            if (waited.Elapsed > limit)
                throw new TimeoutException($"Not true within {limit.TotalSeconds:0.#} s: {because ?? text}");
            await Task.Delay(Pause);
        }
    }

    /// <inheritdoc cref="True(Func{Task{bool}}, TimeSpan?, string?, string)"/>
    public static Task True(
        Func<bool> condition,
        TimeSpan? deadline = null,
        string? because = null,
        [CallerArgumentExpression(nameof(condition))] string text = "") =>
        True(() => Task.FromResult(condition()), deadline, because, text);

    /// <summary>Repeats assertions until they pass; their last failure is thrown when the deadline passes.</summary>
    public static async Task Passes(Func<Task> assertions, TimeSpan? deadline = null)
    {
        var limit = deadline ?? DefaultDeadline;
        var waited = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                await assertions();
                return;
            }
            catch (Exception) when (waited.Elapsed < limit)
            {
                await Task.Delay(Pause);
            }
        }
    }
}
