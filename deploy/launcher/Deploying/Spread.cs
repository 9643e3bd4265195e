using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Hutong.Launcher.Deploying;

/// <summary>
/// One port in front of several instances: each connection goes to one of them, drawn at random, byte for
/// byte. What holds behind it holds without sticky sessions.
/// </summary>
public sealed class Spread : IAsyncDisposable
{
    private readonly TcpListener[] _listeners;
    private readonly int[] _instances;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task[] _accepting;

    /// <param name="port">Where to listen, on the loopback addresses.</param>
    /// <param name="instances">The ports of the instances on 127.0.0.1.</param>
    public Spread(int port, int[] instances)
    {
        _instances = instances;
        // Browsers resolve *.localhost to both.
        _listeners = [new TcpListener(IPAddress.Loopback, port), new TcpListener(IPAddress.IPv6Loopback, port)];
        foreach (var listener in _listeners)
            listener.Start();
        _accepting = [.. _listeners.Select(Accept)];
    }

    /// <summary>Closes the port and every connection through it.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        foreach (var listener in _listeners)
            listener.Dispose();
        await Task.WhenAll(_accepting);
        _stopping.Dispose();
    }

    private async Task Accept(TcpListener listener)
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                connections.RemoveAll(connection => connection.IsCompleted);
                connections.Add(Join(await listener.AcceptTcpClientAsync(_stopping.Token)));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task Join(TcpClient client)
    {
        using var instance = new TcpClient { NoDelay = true };
        using (client)
        {
            client.NoDelay = true;
            try
            {
                var port = _instances[RandomNumberGenerator.GetInt32(_instances.Length)];
                await instance.ConnectAsync(IPAddress.Loopback, port, _stopping.Token);
                // Both before anything is shut down: a half-closed socket gives no stream any more.
                await using var here = client.GetStream();
                await using var there = instance.GetStream();
                await Task.WhenAll(Copy(here, there), Copy(there, here));
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
            {
                // A side went away: disposing closes the other, which is all there is to tell it.
            }
        }
    }

    /// <summary>Passes on the end, too; the other direction may still have something to say.</summary>
    private async Task Copy(NetworkStream from, NetworkStream to)
    {
        await from.CopyToAsync(to, _stopping.Token);
        to.Socket.Shutdown(SocketShutdown.Send);
    }
}
