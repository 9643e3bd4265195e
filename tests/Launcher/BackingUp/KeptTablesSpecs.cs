using System.Text.RegularExpressions;
using Hutong.Launcher.BackingUp;
using Hutong.Launcher.Deploying;

namespace Hutong.Launcher.Tests.BackingUp;

public sealed partial class KeptTablesSpecs
{
    [Fact]
    public void Of_every_table_of_every_service_it_is_decided_in_which_part_of_a_backup_it_is()
    {
        var layout = Layout.Find();
        var tables = ((string[])["services", "gateway", "shared"])
            .SelectMany(folder => Directory.EnumerateFiles(layout.At(folder), "*.sql", SearchOption.AllDirectories))
            .Where(file => Path.GetFileName(Path.GetDirectoryName(file)) == "Schema")
            .SelectMany(file => CreateTable().Matches(File.ReadAllText(file)))
            .Select(match => match.Groups["table"].Value)
            .Append("schema_script")
            .Distinct()
            .ToList();
        var decided = ((IReadOnlyList<string>[])[DatabaseBackup.KeptApart, DatabaseBackup.LeftOut, DatabaseBackup.WithTheData])
            .SelectMany(list => list)
            .ToList();

        tables.Count.ShouldBeGreaterThan(50);
        decided.ShouldBeUnique();
        tables.Except(decided).ShouldBeEmpty("with the data they would be kept for years: say in DatabaseBackup that they may, or keep them apart");
        decided.Except(tables).ShouldBeEmpty("no service has such a table");
    }

    [GeneratedRegex(@"^\s*create\s+(unlogged\s+)?table\s+(if\s+not\s+exists\s+)?(?<table>\w+)", RegexOptions.Multiline | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex CreateTable();
}
