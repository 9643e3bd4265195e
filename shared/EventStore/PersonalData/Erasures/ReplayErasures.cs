using System.Reflection;
using Hutong.EventStore.CommandLine;
using Hutong.EventStore.Commands;
using Npgsql;

namespace Hutong.EventStore.PersonalData.Erasures;

/// <summary>How a service erases a person again, in a copy of its data from before their erasure.</summary>
public interface IReplayErasures
{
    /// <summary>Erases a person; changes nothing where they are erased or unknown.</summary>
    /// <param name="erasure">The person.</param>
    /// <param name="everybody">All who were erased.</param>
    /// <param name="cancellation">Ends it before the commit.</param>
    /// <returns>Whether there was anything to erase.</returns>
    Task<Outcome<bool>> Erase(Erasure erasure, IReadOnlySet<Guid> everybody, CancellationToken cancellation);
}

/// <summary>
/// <c>replay-erasures LEDGER</c>: after a restore and before the service serves, erases everybody again who was erased
/// since the backup. Brings the schema up to date first: the copy may be of an older release.
/// </summary>
internal sealed class ReplayErasures(NpgsqlDataSource database, IReadOnlyList<Assembly> scripts, IReplayErasures service) : IServiceCommand
{
    public string Name => "replay-erasures";

    public string Usage => "replay-erasures LEDGER-FOLDER";

    /// <returns>0 when everybody in the ledger is erased, 1 when somebody could not be; everybody else is then.</returns>
    public async Task<int?> Run(IReadOnlyList<string> options, CancellationToken cancellation)
    {
        if (options is not [var folder] || !Directory.Exists(folder))
            return null;
        var ledger = await ErasureLedger.Read(folder, cancellation);
        await SchemaScripts.Apply(database, scripts, cancellation);
        var everybody = ledger.Select(erasure => erasure.PersonId).ToHashSet();
        var (erased, failed) = (0, 0);
        foreach (var erasure in ledger)
        {
            var outcome = await service.Erase(erasure, everybody, cancellation);
            if (!outcome.Succeeded)
            {
                await Console.Error.WriteLineAsync($"Person {erasure.PersonId} could not be erased: {outcome.Rejection.Code}");
                failed++;
            }
            else if (outcome.Value)
            {
                erased++;
            }
        }
        Console.WriteLine($"{erased} erased again of {ledger.Count} in the ledger");
        return failed == 0 ? 0 : 1;
    }
}
