using Hutong.EventStore.CommandLine;
using Npgsql;

namespace Hutong.EventStore.PersonalData.Rotation;

/// <summary>
/// <c>keys [--rewrap]</c>: what each key-encryption key is needed for; with the option, after everything that can be is
/// wrapped by the current one.
/// </summary>
internal sealed class KeysCommand(NpgsqlDataSource database, KeyRotation rotation) : IServiceCommand
{
    public string Name => "keys";

    public string Usage => "keys [--rewrap]";

    /// <returns>0 when everything is wrapped by the current key, 1 when others are needed, 2 when one of them is missing.</returns>
    public async Task<int?> Run(IReadOnlyList<string> options, CancellationToken cancellation)
    {
        if (options is not ([] or ["--rewrap"]))
            return null;
        await using var connection = await database.OpenConnectionAsync(cancellation);
        if (options.Count > 0)
            Console.WriteLine($"{await rotation.RewrapAll(connection, cancellation)} wrapped anew");
        var use = await rotation.Look(connection, cancellation);
        Console.WriteLine($"{use.Current} (current): {use.NeededFor(use.Current) ?? "nothing"}");
        foreach (var id in use.Others)
            Console.WriteLine($"{id}: {use.NeededFor(id) ?? "nothing: it may be removed"}");
        if (use.Complaint is { } complaint)
            await Console.Error.WriteLineAsync(complaint);
        return use.Missing.Count > 0 ? 2 : use.IsSettled ? 0 : 1;
    }
}
