using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Hutong.EventStore.PersonalData;
using Hutong.IdentityLink.Sessions;
using Hutong.IdentityLink.Storage;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Hutong.IdentityLink.Devices;

/// <summary>
/// Keeps anybody from trying out user codes (RFC 8628, section 5.1). Counted is who tries: whoever is signed in by
/// themselves, and the others by the network they come from, so that nobody can use up the tries of somebody who signs in.
/// </summary>
public sealed class UserCodeGuesses(NpgsqlDataSource database, IOptions<KeyOptions> keys)
{
    /// <summary>Wrong codes within <see cref="Window"/>: of some hundred devices that wait, one guess in a hundred million meets one.</summary>
    private const int AtMost = 10;

    /// <summary>The same of everybody who is signed in from one network together: persons cost nothing to make.</summary>
    private const int AtMostByNetwork = 200;

    private const int IPv6NetworkBytes = 8;

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(10);

    // Counted before it is looked at: of many guesses at once none is free.
    private const string CountSql = """
        insert into user_code_guess as g (guesser_hash, tried, expires_at) values ($1, 1, now() + $2)
        on conflict (guesser_hash) do update set
            tried = case when g.expires_at <= now() then 1 else g.tried + 1 end,
            expires_at = case when g.expires_at <= now() then excluded.expires_at else g.expires_at end
        where g.expires_at <= now() or g.tried < $3
        """;

    private const string ForgetSql = "update user_code_guess set tried = tried - 1 where guesser_hash = $1 and tried > 0";

    private readonly byte[] key = Convert.FromBase64String(keys.Value.IdentifierHashKey!);

    /// <summary>Counts a try.</summary>
    /// <returns>Whether it may be made.</returns>
    public async Task<bool> Count(HttpRequest request, Browser browser, CancellationToken cancellation)
    {
        foreach (var (guesser, atMost) in Guessers(request, browser))
        {
            if (await database.Run(CountSql, cancellation, guesser, Window, atMost) == 0)
                return false;
        }
        return true;
    }

    /// <summary>It was no guess: the code is somebody's.</summary>
    public async Task WasRight(HttpRequest request, Browser browser, CancellationToken cancellation)
    {
        foreach (var (guesser, _) in Guessers(request, browser))
            await database.Run(ForgetSql, cancellation, guesser);
    }

    /// <summary>As whom a try is counted: keyed hashes, so that what is kept tells nobody's address.</summary>
    private IEnumerable<(byte[] Guesser, int AtMost)> Guessers(HttpRequest request, Browser browser) => browser.Session is { } session
        ? [(Hash($"person:{session.PersonId}"), AtMost), (Hash($"persons-at:{Network(request)}"), AtMostByNetwork)]
        : [(Hash($"network:{Network(request)}"), AtMost)];

    private byte[] Hash(string guesser) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"user-code-of:{guesser}"));

    /// <summary>What the gateway says of the caller, which nobody else can; an IPv6 client owns a whole /64.</summary>
    private static string Network(HttpRequest request)
    {
        var address = IPAddress.TryParse(request.Headers["X-Forwarded-For"].ToString(), out var forwarded)
            ? forwarded
            : request.HttpContext.Connection.RemoteIpAddress ?? IPAddress.None;
        return address is { AddressFamily: AddressFamily.InterNetworkV6, IsIPv4MappedToIPv6: false }
            ? Convert.ToHexString(address.GetAddressBytes().AsSpan(0, IPv6NetworkBytes))
            : address.MapToIPv4().ToString();
    }
}
