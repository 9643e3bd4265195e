using Hutong.EventStore.Commands;
using Hutong.EventStore.PersonalData.Erasures;
using Hutong.Testing;

namespace Hutong.EventStore.Tests;

public sealed class ErasureLedgerSpecs(Servers servers) : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("hutong-ledger-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("2")]
    [InlineData("0198c0de-0000-7000-8000-00000000000")]
    [InlineData("0198c0de-0000-7000-8000-000000000001 2026-11-22T09:00:00.0000000Z")]
    public async Task What_a_crash_left_behind_the_last_newline_of_a_ledger_was_never_confirmed_and_holds_up_no_restore(string torn)
    {
        var (one, two) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await Record("one", one);
        await File.AppendAllTextAsync(Path.Combine(folder, "one.erasures"), torn, TestContext.Current.CancellationToken);
        await Record("two", two);

        (await Read()).ShouldBe([one, two], ignoreOrder: true);
    }

    [Fact]
    public async Task A_line_of_a_ledger_that_names_no_erasure_is_never_passed_over()
    {
        await Record("one", Guid.CreateVersion7());
        await File.AppendAllTextAsync(Path.Combine(folder, "one.erasures"), "nonsense\n", TestContext.Current.CancellationToken);
        await Record("one", Guid.CreateVersion7());

        await Should.ThrowAsync<FormatException>(Read);
    }

    [Fact]
    public async Task Somebody_who_cannot_be_erased_again_keeps_nobody_else_from_it_and_the_command_fails()
    {
        await using var store = await TestStore.Create(servers);
        var (first, second, third) = (Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7());
        await Record("one", first, second, third);
        var service = new Refusing(second);

        (await new ReplayErasures(store.Database, [typeof(IEventStore).Assembly, typeof(TestStore).Assembly], service)
            .Run([folder], TestContext.Current.CancellationToken)).ShouldBe(1);

        service.Erased.ShouldBe([first, third], ignoreOrder: true);
    }

    private async Task Record(string writer, params Guid[] persons)
    {
        using var ledger = new ErasureLedger(folder, writer);
        await ledger.Record(persons.Select(person => new Erasure(person, DateTimeOffset.UtcNow)), TestContext.Current.CancellationToken);
    }

    private async Task<IEnumerable<Guid>> Read() =>
        (await ErasureLedger.Read(folder, TestContext.Current.CancellationToken)).Select(erasure => erasure.PersonId);

    private sealed class Refusing(Guid refused) : IReplayErasures
    {
        public List<Guid> Erased { get; } = [];

        public Task<Outcome<bool>> Erase(Erasure erasure, IReadOnlySet<Guid> everybody, CancellationToken cancellation)
        {
            if (erasure.PersonId == refused)
                return Task.FromResult<Outcome<bool>>(new Rejection("refused"));
            Erased.Add(erasure.PersonId);
            return Task.FromResult<Outcome<bool>>(true);
        }
    }
}
