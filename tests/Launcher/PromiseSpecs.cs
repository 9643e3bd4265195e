using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Hutong.Launcher.Tests;

public sealed partial class PromiseSpecs
{
    [Theory]
    [InlineData("promises.md")]
    [InlineData("what-must-not-happen.md")]
    public void Every_test_that_the_promises_name_exists(string page)
    {
        var root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "..", ".."));
        var missing = new List<string>();
        var named = 0;
        foreach (Match project in ProjectAndTests().Matches(File.ReadAllText(Path.Combine(root, "docs", page))))
        {
            var sources = Directory.EnumerateFiles(Path.Combine(root, "tests", project.Groups["project"].Value), "*.cs", SearchOption.AllDirectories)
                .Select(File.ReadAllText)
                .ToArray();
            foreach (Capture test in project.Groups["test"].Captures)
            {
                named++;
                if (!sources.Any(source => source.Contains($" {test.Value}(", StringComparison.Ordinal)))
                    missing.Add($"{project.Groups["project"].Value} {test.Value}");
            }
        }
        missing.ShouldBeEmpty();
        named.ShouldBeGreaterThan(30);
    }

    private static string Here([CallerFilePath] string path = "") => path;

    [GeneratedRegex(@"(?<project>[A-Z]\w+) `(?<test>\w+)`(, `(?<test>\w+)`)*")]
    private static partial Regex ProjectAndTests();
}
