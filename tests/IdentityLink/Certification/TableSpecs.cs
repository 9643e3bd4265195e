using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Hutong.IdentityLink.Tests.Certification;

/// <summary>The table of the modules in <c>docs/certification.md</c>.</summary>
public sealed partial class TableSpecs
{
    /// <summary>Basic OP, Config OP, RP-Initiated Logout OP, Back-Channel Logout OP.</summary>
    private const int Modules = 38 + 1 + 11 + 2;

    [Fact]
    public void Every_module_of_the_four_plans_has_its_test_and_its_row()
    {
        var tests = typeof(TableSpecs).Assembly.GetTypes()
            .Where(type => type.Namespace == typeof(TableSpecs).Namespace)
            .SelectMany(type => type.GetMethods())
            .Select(method => (Module: method.GetCustomAttribute<FactAttribute>()?.DisplayName, method.Name))
            .Where(test => test.Module is not null)
            .Select(test => $"{test.Module} {test.Name}");
        var rows = Row().Matches(File.ReadAllText(Page())).Select(row => $"{row.Groups["module"].Value} {row.Groups["test"].Value}").ToList();

        rows.ShouldBe(tests, ignoreOrder: true);
        rows.Count.ShouldBe(Modules);
    }

    private static string Page([CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", "docs", "certification.md");

    [GeneratedRegex(@"\| `(?<module>oidcc-[a-z0-9-]+)` \| `(?<test>\w+)` \| (passes|refused|ignored) \|")]
    private static partial Regex Row();
}
