using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Hutong.Testing;

/// <summary>
/// A TCP relay in front of a server, so that a test can cut a client off as a failing network does, and count the
/// round trips of PostgreSQL's protocol.
/// </summary>
public sealed class Forwarder : IAsyncDisposable
{
    private const int SslRequest = 80877103;
    private const int EncryptedGssRequest = 80877104;

    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<TcpClient, byte> open = [];
    private readonly Task accepting;
    private readonly string host;
    private readonly int port;
    private volatile bool cut;
    private int syncs;

    /// <summary>Relays to a server from a free port of this machine.</summary>
    public Forwarder(string host, int port)
    {
        (this.host, this.port) = (host, port);
        listener.Start();
        accepting = Accept();
    }

    /// <summary>Where clients connect to, on 127.0.0.1.</summary>
    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>PostgreSQL <c>Sync</c> messages sent so far: each is a round trip that a client waits for.</summary>
    public int Syncs => Volatile.Read(ref syncs);

    /// <summary>Breaks all connections, and every new one until <see cref="Mend"/>.</summary>
    public void Cut()
    {
        cut = true;
        foreach (var client in open.Keys)
            client.Dispose();
    }

    /// <summary>Lets clients through again.</summary>
    public void Mend() => cut = false;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Cut();
        listener.Dispose();
        await accepting;
    }

    private async Task Accept()
    {
        try
        {
            while (true)
                _ = Relay(await listener.AcceptTcpClientAsync());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task Relay(TcpClient client)
    {
        using var server = new TcpClient();
        open.TryAdd(client, 0);
        open.TryAdd(server, 0);
        try
        {
            if (cut)
                return;
            client.NoDelay = server.NoDelay = true;
            await server.ConnectAsync(host, port);
            await Task.WhenAny(CountSyncs(client.GetStream(), server.GetStream()), server.GetStream().CopyToAsync(client.GetStream()));
        }
        catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException or InvalidOperationException)
        {
        }
        finally
        {
            open.TryRemove(client, out _);
            open.TryRemove(server, out _);
            client.Dispose();
        }
    }

    /// <summary>A message is a type byte and a length that counts itself; those before the session begins have no type.</summary>
    private async Task CountSyncs(NetworkStream from, NetworkStream to)
    {
        var header = new byte[5];
        var typed = false;
        while (true)
        {
            var head = header.AsMemory(typed ? 0 : 1);
            await from.ReadExactlyAsync(head);
            var body = new byte[BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(1)) - 4];
            await from.ReadExactlyAsync(body);
            if (typed && header[0] == 'S')
                Interlocked.Increment(ref syncs);
            await to.WriteAsync(head);
            await to.WriteAsync(body);
            // A request for encryption is answered and followed by another untyped message.
            typed = typed || BinaryPrimitives.ReadInt32BigEndian(body) is not (SslRequest or EncryptedGssRequest);
        }
    }
}
