using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Hutong.Launcher.Processes;

/// <summary>TCP ports on the loopback address.</summary>
public static class Ports
{
    // Below Linux's ephemeral range (32768 and up), so that no outgoing connection takes a port between
    // our look and the server's bind.
    private const int Lowest = 12_000;
    private const int Highest = 32_000;

    // A port handed out is not yet listened on: two callers must not draw the same.
    private static readonly ConcurrentDictionary<int, bool> HandedOut = new();

    /// <summary>That many ports nobody listens on, drawn at random, none handed out before by this process.</summary>
    public static int[] Free(int count)
    {
        var found = new List<int>();
        while (found.Count < count)
        {
            var port = RandomNumberGenerator.GetInt32(Lowest, Highest);
            if (IsFree(port) && HandedOut.TryAdd(port, true))
                found.Add(port);
        }
        return [.. found];
    }

    /// <summary>Whether a server of ours could listen there now.</summary>
    public static bool IsFree(int port) => CanListen(IPAddress.Loopback, port) && CanListen(IPAddress.Any, port);

    /// <summary>Fails with one clear line when somebody else listens on the port.</summary>
    /// <param name="port">The port.</param>
    /// <param name="purpose">What we want it for: "the gateway".</param>
    /// <param name="setting">The environment variable that chooses another.</param>
    /// <exception cref="LaunchException">The port is taken.</exception>
    public static void MustBeFree(int port, string purpose, string setting)
    {
        if (!IsFree(port))
            throw new LaunchException(
                $"Port {port}, wanted for {purpose}, is in use (see who: ss -ltnp 'sport = :{port}'). " +
                $"Stop that program, or choose another port with {setting}=<port>.");
    }

    private static bool CanListen(IPAddress address, int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(address, port));
            socket.Listen();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
