using Hutong.RelayHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

// A relay in a process of its own, which the tests kill: RelayHost DATABASE BROKER [POINT COUNT].
// POINT is before-publish or after-confirm: the process kills itself as by kill -9 at the COUNTth message there.
var origin = Nodes.Origin(args[0], args[1]);
if (args is [_, _, var point, var count])
    Crash.At(origin.Services, point, int.Parse(count, System.Globalization.CultureInfo.InvariantCulture));
await origin.RunAsync();
