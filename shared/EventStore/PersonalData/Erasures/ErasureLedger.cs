using System.Globalization;
using System.Text;

namespace Hutong.EventStore.PersonalData.Erasures;

/// <summary>A person was erased.</summary>
/// <param name="PersonId">The person.</param>
/// <param name="ErasedAt">UTC.</param>
public sealed record Erasure(Guid PersonId, DateTimeOffset ErasedAt);

/// <summary>
/// Who was erased, in files apart from the database, so that no backup of the database from before brings anybody back.
/// A line is a person's id and a time; a file has one writer, and a person may stand in it several times.
/// </summary>
public sealed class ErasureLedger : IDisposable
{
    private const string Extension = ".erasures";

    private readonly string path;
    private readonly SemaphoreSlim writing = new(1, 1);

    /// <param name="folder">Where the ledger is; made when it is not there.</param>
    /// <param name="writer">A name that no other process writes under.</param>
    public ErasureLedger(string folder, string writer)
    {
        Directory.CreateDirectory(folder);
        path = Path.Combine(folder, writer + Extension);
    }

    /// <summary>Adds to the ledger. When this returns, it is on the disk.</summary>
    public async Task Record(IEnumerable<Erasure> erasures, CancellationToken cancellation)
    {
        var lines = string.Concat(erasures.Select(e => string.Create(CultureInfo.InvariantCulture, $"{e.PersonId} {e.ErasedAt.UtcDateTime:O}\n")));
        await writing.WaitAsync(cancellation);
        try
        {
            await using var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
            CutOffUnfinishedLine(file);
            await file.WriteAsync(Encoding.ASCII.GetBytes(lines), cancellation);
            file.Flush(flushToDisk: true);
        }
        finally
        {
            writing.Release();
        }
    }

    /// <summary>
    /// Reads the ledger: everybody in any of its files, each once. What a crash left behind a file's last newline was never
    /// confirmed, and is not read.
    /// </summary>
    /// <exception cref="FormatException">A line is not one of ours: better no restore than one that misses somebody.</exception>
    public static async Task<IReadOnlyList<Erasure>> Read(string folder, CancellationToken cancellation)
    {
        var erasures = new Dictionary<Guid, Erasure>();
        foreach (var path in Directory.GetFiles(folder, "*" + Extension).Order(StringComparer.Ordinal))
        {
            await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            var left = EndOfWholeLines(file);
            file.Position = 0;
            using var lines = new StreamReader(file, Encoding.ASCII);
            while (left > 0 && await lines.ReadLineAsync(cancellation) is { } line)
            {
                left -= line.Length + 1;
                var erasure = Parse(line) ?? throw new FormatException($"{path} has a line that names no erasure: {line}");
                erasures.TryAdd(erasure.PersonId, erasure);
            }
        }
        return [.. erasures.Values.OrderBy(erasure => erasure.ErasedAt)];
    }

    /// <inheritdoc/>
    public void Dispose() => writing.Dispose();

    private static Erasure? Parse(string line) =>
        line.Split(' ') is [var person, var at]
        && Guid.TryParse(person, out var id)
        && DateTimeOffset.TryParseExact(at, "O", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? new Erasure(id, time)
            : null;

    /// <summary>A line that a crash cut off was never confirmed, and is recorded again: it goes. Leaves the file at its end.</summary>
    private static void CutOffUnfinishedLine(FileStream file)
    {
        file.SetLength(EndOfWholeLines(file));
        file.Seek(0, SeekOrigin.End);
    }

    private static long EndOfWholeLines(FileStream file)
    {
        var end = file.Length;
        while (end > 0)
        {
            file.Position = end - 1;
            if (file.ReadByte() == '\n')
                break;
            end--;
        }
        return end;
    }
}
