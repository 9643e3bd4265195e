using Hutong.Launcher.Processes;

namespace Hutong.Launcher.PrivateServers;

/// <summary>
/// A RabbitMQ node of our own, run from Debian's package as a child process: the server script of
/// RabbitMQ's library folder (the one on PATH insists on the system user and the system's node) with its
/// own name, ports, data, plugins, cookie and Erlang port mapper.
/// </summary>
public sealed class PrivateRabbitMq : IAsyncDisposable
{
    private const string Script = "/usr/lib/rabbitmq/bin/rabbitmq-server";
    private const string User = "hutong";
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan StopDeadline = TimeSpan.FromSeconds(20);

    private readonly PrivateRabbitMqOptions _options;
    private ChildProcess? _portMapper;
    private ChildProcess? _node;

    private PrivateRabbitMq(PrivateRabbitMqOptions options, string password)
    {
        _options = options;
        Server = new RabbitMqServer(
            new Uri($"amqp://{User}:{password}@127.0.0.1:{options.Port}/"),
            new Uri($"http://127.0.0.1:{options.ManagementPort}/"));
    }

    /// <summary>The server, as its administrator.</summary>
    public RabbitMqServer Server { get; }

    /// <summary>Starts a node and waits until it takes connections; the first start creates it.</summary>
    /// <exception cref="LaunchException">RabbitMQ is not installed, or did not start.</exception>
    public static async Task<PrivateRabbitMq> Start(
        PrivateRabbitMqOptions options, CancellationToken cancellation = default)
    {
        if (!File.Exists(Script))
            throw new LaunchException($"{Script} is missing: run 'apt-get install rabbitmq-server' as root.");
        options = options with { Folder = Path.GetFullPath(options.Folder) };
        Directory.CreateDirectory(options.Folder);
        var password = PrivateFile.Secret(Path.Combine(options.Folder, "password"));
        var rabbit = new PrivateRabbitMq(options, password);
        rabbit.WriteConfiguration(password);
        try
        {
            await rabbit.StartPortMapper();
            await rabbit.Start(cancellation);
        }
        catch
        {
            await rabbit.DisposeAsync();
            throw;
        }
        return rabbit;
    }

    /// <summary>Starts a node that was stopped or killed again.</summary>
    public async Task Start(CancellationToken cancellation = default)
    {
        _node = await ChildProcess.Start(new ChildProcessOptions
        {
            Name = "RabbitMQ",
            Program = Script,
            Environment = NodeEnvironment(),
            WorkingFolder = _options.Folder,
            LogFile = InFolder("server.log"),
        });
        await _node.WaitUntil(Server.Answers, StartDeadline, cancellation);
    }

    /// <summary>Ends the node at once, as a crash does; it recovers at the next start.</summary>
    public Task Kill() => _node?.Kill() ?? Task.CompletedTask;

    /// <summary>Stops the node in order and keeps its data; it can be started again.</summary>
    public Task Stop() => _node?.Stop(StopDeadline) ?? Task.CompletedTask;

    /// <summary>Stops the node and its port mapper.</summary>
    public async ValueTask DisposeAsync()
    {
        await Stop();
        foreach (var process in (ChildProcess?[])[_node, _portMapper])
            if (process is not null)
                await process.DisposeAsync();
        Server.Dispose();
    }

    // The node would start a port mapper itself, as a daemon that outlives us. Ours is there first.
    private async Task StartPortMapper() => _portMapper = await ChildProcess.Start(new ChildProcessOptions
    {
        Name = "Erlang's port mapper",
        Program = "epmd",
        Arguments = ["-port", $"{_options.PortMapperPort}", "-address", "127.0.0.1"],
        LogFile = InFolder("server.log"),
    });

    private void WriteConfiguration(string password)
    {
        PrivateFile.Write(InFolder("rabbitmq.conf"), $"""
            listeners.tcp.1 = 127.0.0.1:{_options.Port}
            management.tcp.ip = 127.0.0.1
            management.tcp.port = {_options.ManagementPort}
            default_user = {User}
            default_pass = {password}
            log.console = true
            log.console.level = info
            disk_free_limit.absolute = 100MB

            """);
        File.WriteAllText(InFolder("enabled_plugins"), "[rabbitmq_management].\n");
        PrivateFile.Secret(InFolder(".erlang.cookie"));
    }

    private Dictionary<string, string?> NodeEnvironment() => new()
    {
        ["HOME"] = _options.Folder,
        ["ERL_EPMD_PORT"] = $"{_options.PortMapperPort}",
        ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
        ["RABBITMQ_NODENAME"] = "hutong@localhost",
        ["RABBITMQ_NODE_PORT"] = $"{_options.Port}",
        ["RABBITMQ_DIST_PORT"] = $"{_options.DistributionPort}",
        ["RABBITMQ_MNESIA_BASE"] = InFolder("data"),
        ["RABBITMQ_LOG_BASE"] = InFolder("log"),
        ["RABBITMQ_LOGS"] = "-",
        ["RABBITMQ_ENABLED_PLUGINS_FILE"] = InFolder("enabled_plugins"),
        ["RABBITMQ_CONFIG_FILE"] = InFolder("rabbitmq.conf"),
        ["RABBITMQ_ADVANCED_CONFIG_FILE"] = InFolder("advanced.config"),
        ["RABBITMQ_CONF_ENV_FILE"] = InFolder("rabbitmq-env.conf"),
        ["RABBITMQ_GENERATED_CONFIG_DIR"] = InFolder("generated"),
        // Idle schedulers sleep at once instead of spinning: the node shares its cores with all the rest.
        ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] =
            "+sbwt none +sbwtdcpu none +sbwtdio none -kernel inet_dist_use_interface {127,0,0,1}",
        // Makes the script become the node instead of keeping a shell above it, so that our child is the node.
        ["RUNNING_UNDER_SYSTEMD"] = "true",
    };

    private string InFolder(string name) => Path.Combine(_options.Folder, name);
}
