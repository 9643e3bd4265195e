namespace Hutong.Launcher;

/// <summary>What the caller asked for.</summary>
/// <param name="Exit">Leave after the walk, with its exit code.</param>
/// <param name="Fresh">Drop the data of earlier starts first.</param>
/// <param name="Help">Only say how it is used.</param>
internal sealed record CommandLine(bool Exit, bool Fresh, bool Help)
{
    public const string Usage = """
        deploy/up [--exit] [--fresh]

        Starts Hutong on this machine, walks the main journey through it and stays up until Ctrl-C.

          --exit   leave after the walk, with exit code 0 if every step held
          --fresh  drop the data of earlier starts first
          --help   this text

        Settings, by environment:
          HUTONG_DATA                        the folder that keeps data, secrets and logs (.data)
          HUTONG_LEDGER                      the folder of the ledger of erasures (erasures in HUTONG_DATA)
          HUTONG_POSTGRES                    an existing PostgreSQL as its superuser, as an Npgsql connection string
          HUTONG_BROKER                      an existing RabbitMQ's virtual host: amqp://user:password@host/vhost
          OTEL_EXPORTER_OTLP_ENDPOINT        where traces and metrics go; OTEL_EXPORTER_OTLP_PROTOCOL as usual
          HUTONG_PORT                        the public port (8080)
        """;

    /// <exception cref="LaunchException">An argument is not known.</exception>
    public static CommandLine Parse(string[] arguments)
    {
        var known = new CommandLine(Exit: false, Fresh: false, Help: false);
        foreach (var argument in arguments)
            known = argument switch
            {
                "--exit" => known with { Exit = true },
                "--fresh" => known with { Fresh = true },
                "--help" or "-h" => known with { Help = true },
                _ => throw new LaunchException($"'{argument}' is not an option of deploy/up: see deploy/up --help."),
            };
        return known;
    }

    /// <summary>The usage, with every port's variable.</summary>
    public static string FullUsage() =>
        string.Join(Environment.NewLine,
            Deploying.Listener.All.Skip(1)
                .Select(listener => $"  {listener.Setting,-35}the port of {listener.Purpose} ({listener.Default})")
                .Prepend(Usage));
}
