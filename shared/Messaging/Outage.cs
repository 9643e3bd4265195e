using Npgsql;

namespace Hutong.Messaging;

/// <summary>Tells "the database is away" from "this message cannot be applied": the first passes by waiting.</summary>
internal static class Outage
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Whether the failure, or what caused it, is the database being away.</summary>
    public static bool Is(Exception? e) => e switch
    {
        null => false,
        PostgresException p => p.SqlState
            is PostgresErrorCodes.AdminShutdown
            or PostgresErrorCodes.CrashShutdown
            or PostgresErrorCodes.CannotConnectNow
            or PostgresErrorCodes.TooManyConnections,
        NpgsqlException => true,
        _ => Is(e.InnerException),
    };

    /// <summary>Waits before the next try.</summary>
    public static Task Wait(CancellationToken cancellation) => Task.Delay(Pause, cancellation);

    /// <summary>Tries until the database is there.</summary>
    public static async Task<T> Outlast<T>(Func<Task<T>> action, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                return await action();
            }
            catch (Exception e) when (Is(e))
            {
                await Wait(cancellation);
            }
        }
    }
}
