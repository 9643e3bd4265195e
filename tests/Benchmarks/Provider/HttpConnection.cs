using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Hutong.Benchmarks.Provider;

/// <summary>An answer.</summary>
/// <param name="Status">Its status.</param>
/// <param name="Head">The status line and headers.</param>
/// <param name="Body">The body, its chunks joined.</param>
internal readonly record struct HttpAnswer(int Status, string Head, string Body)
{
    /// <summary>A header's value; null where it is absent.</summary>
    public string? Header(string name)
    {
        var at = Head.IndexOf($"\r\n{name}:", StringComparison.OrdinalIgnoreCase);
        if (at < 0)
            return null;
        var value = at + name.Length + 3;
        return Head[value..Head.IndexOf('\r', value)].Trim();
    }
}

/// <summary>
/// One kept-alive HTTP/1.1 connection to this machine that blocks. The load shares a core with the database: a general
/// client would take as much of it as the database does.
/// </summary>
internal sealed class HttpConnection : IDisposable
{
    private readonly Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] buffer = new byte[64 * 1024];
    private int filled;

    public HttpConnection(int port) => socket.Connect(IPAddress.Loopback, port);

    /// <summary>Sends a request and reads its answer.</summary>
    public HttpAnswer Send(ReadOnlySpan<byte> request)
    {
        socket.Send(request);
        filled = 0;
        int headEnd;
        while ((headEnd = buffer.AsSpan(0, filled).IndexOf("\r\n\r\n"u8)) < 0)
            Receive();
        var answer = new HttpAnswer(
            int.Parse(buffer.AsSpan("HTTP/1.1 ".Length, 3), NumberStyles.None, CultureInfo.InvariantCulture),
            Encoding.ASCII.GetString(buffer, 0, headEnd + 2), "");
        var at = headEnd + 4;
        if (answer.Header("Content-Length") is { } length)
            return answer with { Body = Take(ref at, int.Parse(length, CultureInfo.InvariantCulture)) };
        return answer.Header("Transfer-Encoding") is null ? answer : answer with { Body = Chunks(at) };
    }

    public void Dispose() => socket.Dispose();

    private string Chunks(int at)
    {
        var body = "";
        while (true)
        {
            int lineEnd;
            while ((lineEnd = buffer.AsSpan(at, filled - at).IndexOf("\r\n"u8)) < 0)
                Receive();
            var length = int.Parse(buffer.AsSpan(at, lineEnd), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            at += lineEnd + 2;
            var chunk = Take(ref at, length);
            Take(ref at, 2);
            if (length == 0)
                return body;
            body += chunk;
        }
    }

    private string Take(ref int at, int length)
    {
        while (filled - at < length)
            Receive();
        var text = Encoding.UTF8.GetString(buffer, at, length);
        at += length;
        return text;
    }

    private void Receive()
    {
        var received = socket.Receive(buffer, filled, buffer.Length - filled, SocketFlags.None);
        filled += received > 0 ? received : throw new InvalidOperationException("The server closed the connection.");
    }
}
