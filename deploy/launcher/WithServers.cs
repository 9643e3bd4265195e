using Hutong.Launcher.PrivateServers;
using Hutong.Launcher.Processes;

namespace Hutong.Launcher;

/// <summary>
/// <c>with-servers COMMAND…</c>: runs a command beside a private PostgreSQL and RabbitMQ that live in a
/// temporary folder as long as it does, and whose addresses are in its environment.
/// </summary>
internal static class WithServers
{
    public const string Name = "with-servers";

    public static async Task<int> Run(string[] command, CancellationToken cancellation)
    {
        if (command.Length == 0)
            throw new LaunchException($"{Name} needs a command to run.");
        var folder = Path.Combine(Path.GetTempPath(), $"hutong-servers-{Guid.NewGuid():N}");
        Directory.CreateDirectory(folder);
        try
        {
            await using var postgres = await PrivatePostgres.Start(
                new PrivatePostgresOptions { Folder = Path.Combine(folder, "postgres"), Port = Ports.Free(1)[0], Durable = false },
                cancellation);
            await using var rabbitMq = await PrivateRabbitMq.Start(
                PrivateRabbitMqOptions.OnFreePorts(Path.Combine(folder, "rabbitmq")), cancellation);
            await using var child = await ChildProcess.Start(new ChildProcessOptions
            {
                Name = command[0],
                Program = command[0],
                Arguments = command[1..],
                Environment = new Dictionary<string, string?>
                {
                    ["HUTONG_TEST_POSTGRES"] = postgres.Server.Administrator,
                    ["HUTONG_TEST_BROKER"] = rabbitMq.Server.Amqp.AbsoluteUri,
                    ["HUTONG_TEST_BROKER_MANAGEMENT"] = rabbitMq.Server.Management.AbsoluteUri,
                },
            });
            return await child.WaitForExit(cancellation);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
