using Hutong.Messaging.Consuming;

namespace Hutong.Messaging.Tests;

public sealed class KeyTurnsSpecs
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);
    private readonly KeyTurns turns = new(new SemaphoreSlim(2));

    [Fact]
    public async Task The_lowest_version_that_waits_goes_next()
    {
        var first = await turns.Take("a", 1, None);
        var fourth = turns.Take("a", 4, None);
        var third = turns.Take("a", 3, None);
        first.Dispose();
        (await third).Dispose();
        (await fourth).Dispose();
    }

    [Fact]
    public async Task Keys_go_side_by_side_up_to_the_number_of_slots()
    {
        var a = await turns.Take("a", 1, None);
        using var b = await turns.Take("b", 1, None);
        var c = turns.Take("c", 1, None);
        c.IsCompleted.ShouldBeFalse();
        a.Dispose();
        (await c).Dispose();
    }

    [Fact]
    public async Task One_that_steps_aside_is_overtaken_by_lower_versions_only()
    {
        var third = await turns.Take("a", 3, None);
        var aside = third.StepAside(Long, None);
        var fourth = turns.Take("a", 4, None);
        using (await turns.Take("a", 2, None))
        {
            aside.IsCompleted.ShouldBeFalse();
        }
        aside.IsCompleted.ShouldBeFalse();
        fourth.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task One_that_stepped_aside_comes_back_before_later_versions()
    {
        var third = await turns.Take("a", 3, None);
        var fourth = turns.Take("a", 4, None);
        await third.StepAside(TimeSpan.FromMilliseconds(20), None);
        fourth.IsCompleted.ShouldBeFalse();
        third.Dispose();
        (await fourth).Dispose();
    }

    [Fact]
    public async Task One_that_gives_up_takes_the_later_ones_along()
    {
        var third = await turns.Take("a", 3, None);
        var fourth = turns.Take("a", 4, None);
        var second = turns.Take("a", 2, None);
        third.SendLaterAway();
        third.Dispose();
        await Should.ThrowAsync<GapException>(fourth);
        (await second).Dispose();
        (await turns.Take("a", 4, None)).Dispose();
    }

    [Fact]
    public async Task One_that_is_cancelled_holds_up_nobody()
    {
        using var stop = new CancellationTokenSource();
        var first = await turns.Take("a", 1, None);
        var aside = first.StepAside(Long, stop.Token);
        var second = turns.Take("a", 2, None);
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(aside);
        (await second).Dispose();
    }
}
