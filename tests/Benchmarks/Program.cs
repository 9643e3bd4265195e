using Hutong.Benchmarks;
using Hutong.Benchmarks.Append;
using Hutong.Benchmarks.Exchange;
using Hutong.Benchmarks.Linking;
using Hutong.Benchmarks.Provider;
using Hutong.Testing;

string[] known = ["append", "relay", "consume", "linking", "provider", "all"];
var wanted = args is [] ? "all" : args[0];
if (args.Length > 2 || !known.Contains(wanted))
{
    Console.Error.WriteLine($"Usage: one of {string.Join(", ", known)}; then, if wanted, words of the cases to run.");
    return 2;
}
Comparison.Filter = args is [_, var words] ? words : "";

await using var servers = new Servers();
Comparison.PrintHeader();
if (wanted is "append" or "all")
    await AppendCases.Run(servers);
if (wanted is "relay" or "all")
    await ExchangeCases.Relay(servers);
if (wanted is "consume" or "all")
    await ExchangeCases.Consume(servers);
if (wanted is "linking" or "all")
    await LinkingCases.Run(servers);
// Last: it keeps this process to one core.
if (wanted is "provider" or "all")
    await ProviderCases.Run(servers);
return 0;
