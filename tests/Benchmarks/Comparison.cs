namespace Hutong.Benchmarks;

/// <summary>One way of doing the work.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Run">Works for about the given time, or for as long as its fixed amount of work takes.</param>
internal sealed record Contender(string Name, Func<TimeSpan, Task<Done>> Run);

/// <summary>How many events were done in which time; preparations do not count.</summary>
internal readonly record struct Done(long Events, TimeSpan Time);

/// <summary>
/// Times something beside its floor: in rounds, both in each round and taking turns to be first, so that what else
/// the machine does at that time falls on both. The ratio is the median of the rounds' ratios.
/// </summary>
internal static class Comparison
{
    private const int Rounds = 7;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(1.5);

    /// <summary>Only work whose name contains this is done.</summary>
    public static string Filter { get; set; } = "";

    /// <summary>Whether this work is to be done.</summary>
    public static bool Wants(string work) => work.Contains(Filter, StringComparison.OrdinalIgnoreCase);

    /// <summary>Times both and prints their line.</summary>
    public static async Task Of(string work, Contender ours, Contender floor)
    {
        if (!Wants(work))
            return;
        await Rate(ours, WarmUp);
        await Rate(floor, WarmUp);
        var (our, their, ratios) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            var first = round % 2 == 0;
            var a = await Rate(first ? ours : floor, Round);
            var b = await Rate(first ? floor : ours, Round);
            our.Add(first ? a : b);
            their.Add(first ? b : a);
            ratios.Add(our[^1] / their[^1]);
        }
        Print(work, $"{ours.Name} / {floor.Name}", our, their, ratios);
    }

    private static async Task<double> Rate(Contender contender, TimeSpan time)
    {
        var done = await contender.Run(time);
        return done.Events / done.Time.TotalSeconds;
    }

    public static void PrintHeader() =>
        Console.WriteLine($"{"work",-50} {"events/s",9} {"floor",9} {"ratio",6} {"lowest",6} {"highest",7}  what / floor");

    private static void Print(string work, string names, List<double> ours, List<double> floor, List<double> ratios) =>
        Console.WriteLine(
            $"{work,-50} {Median(ours),9:#,0} {Median(floor),9:#,0} {Median(ratios),6:0.00} {ratios.Min(),6:0.00} {ratios.Max(),7:0.00}  {names}");

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
