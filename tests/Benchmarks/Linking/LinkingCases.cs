using Hutong.Testing;

namespace Hutong.Benchmarks.Linking;

/// <summary>Linking and unlinking among many persons, beside the same among few: the ratio is 1 where it does not matter.</summary>
internal static class LinkingCases
{
    private const int Many = 200_000;
    private const int Few = 10_000;

    public static async Task Run(Servers servers)
    {
        await using var few = await Population.Of(Few, servers);
        await using var many = await Population.Of(Many, servers);
        foreach (var callers in (int[])[1, 8])
        {
            await Comparison.Of($"link and unlink, {callers} at once",
                new($"{Many:#,0} persons", Load.Run(callers, 1, many.LinkAndUnlink)),
                new($"{Few:#,0} persons", Load.Run(callers, 1, few.LinkAndUnlink)));
        }
    }
}
