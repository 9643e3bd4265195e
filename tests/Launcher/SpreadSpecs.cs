using System.Net;
using System.Net.Sockets;
using System.Text;
using Hutong.Launcher.Deploying;
using Hutong.Launcher.Processes;

namespace Hutong.Launcher.Tests;

public sealed class SpreadSpecs
{
    [Fact]
    public async Task Connections_through_one_port_reach_every_instance_whole()
    {
        var ports = Ports.Free(3);
        using var first = new TcpListener(IPAddress.Loopback, ports[1]);
        using var second = new TcpListener(IPAddress.Loopback, ports[2]);
        var serving = Task.WhenAll(Serve(first, "first"), Serve(second, "second"));
        await using var spread = new Spread(ports[0], ports[1..]);

        var answers = new HashSet<string>();
        for (var i = 0; i < 40; i++)
            answers.Add(await Ask(ports[0], "hello "));

        answers.ShouldBe(["hello first", "hello second"], ignoreOrder: true);
        first.Stop();
        second.Stop();
        await serving;
    }

    private static async Task<string> Ask(int port, string question)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port);
        using var reader = new StreamReader(client.GetStream());
        await client.Client.SendAsync(Encoding.ASCII.GetBytes(question));
        client.Client.Shutdown(SocketShutdown.Send);
        return await reader.ReadToEndAsync();
    }

    /// <summary>Answers each question, once it has ended, with itself and the instance's name.</summary>
    private static async Task Serve(TcpListener listener, string name)
    {
        listener.Start();
        try
        {
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync();
                using var reader = new StreamReader(client.GetStream(), leaveOpen: true);
                var question = await reader.ReadToEndAsync();
                await client.Client.SendAsync(Encoding.ASCII.GetBytes(question + name));
            }
        }
        catch (SocketException)
        {
            // Stopped.
        }
    }
}
