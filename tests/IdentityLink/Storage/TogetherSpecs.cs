using Hutong.IdentityLink.Storage;

namespace Hutong.IdentityLink.Tests.Storage;

public sealed class TogetherSpecs
{
    private readonly List<IReadOnlyList<int>> statements = [];
    private readonly List<TaskCompletionSource<IReadOnlyList<int>>> inFlight = [];
    private readonly Together<int, int> together;

    public TogetherSpecs() => together = new(asked =>
    {
        statements.Add(asked);
        inFlight.Add(new());
        return inFlight[^1].Task;
    });

    [Fact]
    public async Task Who_comes_while_statements_are_in_flight_goes_in_the_next_one_and_gets_an_own_answer()
    {
        Task<int>[] callers = [.. Enumerable.Range(1, 5).Select(together.Ask)];
        statements.ShouldBe([[1], [2]]);

        Answer(0);
        statements[2].ShouldBe([3, 4, 5]);
        Answer(1);
        Answer(2);
        (await Task.WhenAll(callers)).ShouldBe([10, 20, 30, 40, 50]);

        var later = together.Ask(6);
        statements[3].ShouldBe([6]);
        Answer(3);
        (await later).ShouldBe(60);
    }

    [Fact]
    public async Task A_statement_that_fails_fails_those_who_are_in_it_and_nobody_else()
    {
        Task<int>[] callers = [.. Enumerable.Range(1, 4).Select(together.Ask)];

        Answer(0);
        inFlight[2].SetException(new TimeoutException());
        Answer(1);

        (await callers[0]).ShouldBe(10);
        (await callers[1]).ShouldBe(20);
        await Should.ThrowAsync<TimeoutException>(callers[2]);
        await Should.ThrowAsync<TimeoutException>(callers[3]);
        var later = together.Ask(5);
        Answer(3);
        (await later).ShouldBe(50);
    }

    [Fact]
    public void One_statement_takes_so_many_and_no_more()
    {
        foreach (var number in Enumerable.Range(1, 300))
            _ = together.Ask(number);
        Answer(0);
        Answer(1);
        statements.Select(asked => asked.Count).ShouldBe([1, 1, 200, 98]);
    }

    private void Answer(int statement) => inFlight[statement].SetResult([.. statements[statement].Select(number => number * 10)]);
}
