using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Hutong.EventStore.CommandLine;

/// <summary>
/// Something that a service does on the command line instead of serving, beside the instances that serve and without
/// opening a port: <c>dotnet Hutong.SocialFeed.dll {name} {options}</c>.
/// </summary>
public interface IServiceCommand
{
    /// <summary>The first argument.</summary>
    string Name { get; }

    /// <summary>The command with its options, for whoever got them wrong.</summary>
    string Usage { get; }

    /// <summary>Does it.</summary>
    /// <returns>The process's exit code; null when the options are not understood.</returns>
    Task<int?> Run(IReadOnlyList<string> options, CancellationToken cancellation);
}

/// <summary>The command line of a service.</summary>
public static class ServiceCommands
{
    /// <summary>The arguments, or the database, did not allow what was asked for.</summary>
    public const int NotPossible = 2;

    /// <summary>Runs the service, or the command that the first argument names. Settings (<c>--key value</c>, <c>key=value</c>) are no command.</summary>
    /// <returns>0 when the service was stopped in order; of a command what it returns, or <see cref="NotPossible"/>.</returns>
    public static async Task<int> RunService(this IHost host, string[] args)
    {
        if (args is not [var name, .. var options] || name.StartsWith('-') || name.Contains('='))
        {
            await host.RunAsync();
            return 0;
        }
        // Not by its synchronous way out: some of what it holds has none.
        await using ((IAsyncDisposable)host)
        {
            var commands = host.Services.GetServices<IServiceCommand>().ToList();
            if (commands.Find(known => known.Name == name) is not { } command)
            {
                await Console.Error.WriteLineAsync($"Without a command the service serves. Its commands: {string.Join(", ", commands.Select(known => known.Usage))}");
                return NotPossible;
            }
            try
            {
                if (await command.Run(options, CancellationToken.None) is { } code)
                    return code;
                await Console.Error.WriteLineAsync($"Usage: {command.Usage}");
            }
            catch (NpgsqlException e)
            {
                await Console.Error.WriteLineAsync($"The database does not answer: {e.Message}");
            }
            return NotPossible;
        }
    }
}
