using System.Diagnostics;
using Hutong.Launcher.Deploying;
using Hutong.Launcher.Tracing;
using Hutong.Launcher.Walk;

namespace Hutong.Launcher;

/// <summary><c>deploy/up</c>: start, walk, stay.</summary>
internal static class Up
{
    public static async Task<int> Run(CommandLine command, CancellationToken cancellation)
    {
        var sinceStart = Stopwatch.StartNew();
        var postgres = Setting("HUTONG_POSTGRES");
        var broker = Setting("HUTONG_BROKER") is { } given ? Address("HUTONG_BROKER", given) : null;
        var data = DataFolder.Choose(Layout.Find(), privatePostgres: postgres is null);
        var collector = Setting("OTEL_EXPORTER_OTLP_ENDPOINT") is { } otlp
            ? Address("OTEL_EXPORTER_OTLP_ENDPOINT", otlp)
            : null;
        var ports = PortPlan.FromEnvironment();
        await using var traces = collector is null ? await ReceiveTraces(ports) : null;
        var options = new DeploymentOptions
        {
            DataFolder = data,
            Ledger = DataFolder.Ledger(),
            Ports = ports,
            Postgres = postgres,
            Broker = broker,
            Otlp = traces?.Address ?? collector,
            OtlpProtocol = traces is not null ? "http/protobuf" : Setting("OTEL_EXPORTER_OTLP_PROTOCOL") ?? "grpc",
            Report = Console.WriteLine,
        };

        if (command.Fresh)
        {
            await Deployment.Forget(data, postgres);
            if (broker is not null)
                Console.WriteLine("--fresh leaves the queues of the broker named by HUTONG_BROKER as they are.");
        }
        Console.WriteLine($"Starting Hutong; data and logs are in {data}");
        await using var deployment = await Deployment.Start(options, cancellation);
        Console.WriteLine($"Everything is ready after {sinceStart.Elapsed.TotalSeconds:0.0} s.");
        var held = await Walk(deployment, traces, cancellation);
        if (command.Exit)
            return held ? 0 : 1;

        Console.WriteLine(Welcome(deployment.Addresses));
        try
        {
            Console.Error.WriteLine(await deployment.WhenAPartStops(cancellation));
            return 1;
        }
        catch (OperationCanceledException)
        {
            Console.WriteLine("Stopping.");
            return 0;
        }
    }

    private static async Task<bool> Walk(Deployment deployment, TraceReceiver? traces, CancellationToken cancellation)
    {
        Console.WriteLine();
        var sinceStart = Stopwatch.StartNew();
        var catalogue = new DemoCatalogue(Layout.Find(), deployment.Addresses.Shop, deployment.DataFolder);
        try
        {
            await new Journey(deployment.Addresses, catalogue, traces, Console.WriteLine).Walk(cancellation);
            Console.WriteLine($"The journey holds: every step was walked in {sinceStart.Elapsed.TotalSeconds:0.0} s.");
            return true;
        }
        catch (WalkException e)
        {
            await Console.Error.WriteLineAsync($"The journey does not hold. {e.Message}");
            await Console.Error.WriteLineAsync($"Logs of every process are in {deployment.LogFolder}");
            return false;
        }
    }

    /// <summary>Without a collector of the caller's, the walk itself looks at the traces.</summary>
    private static async Task<TraceReceiver> ReceiveTraces(PortPlan ports)
    {
        ports.MustBeFree([Listener.Traces]);
        return await TraceReceiver.Start(ports[Listener.Traces]);
    }

    private static string Welcome(Addresses addresses) => $"""

        Open in a browser:
          {addresses.Shop}  the shop
          {addresses.Social}  the social site
          {addresses.Brand}  the brand console
          {addresses.Partner}  a partner app
        Sign in with Weibo, QQ, WeChat, Taobao, JD or Linli (OpenID Connect), as 李娜 (li-na: at all of them),
        王晓峰 (wang: at all but Linli), 陈雅琴 (chen, the brand: at Weibo and WeChat) or another.
        {addresses.Simulators} shows who has an account where, and makes platforms misbehave (PUT /misbehave/…).
        Ctrl-C stops everything.
        """;

    private static string? Setting(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    private static Uri Address(string name, string value) =>
        Uri.TryCreate(value, UriKind.Absolute, out var address)
            ? address
            : throw new LaunchException($"{name}={value} is not an address.");
}
