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
    public async Task<bool> Count(HttpRequest request, Browser browser, CancellationToken cancellation) =>
        await database.Run(CountSql, cancellation, Guesser(request, browser), Window, AtMost) > 0;

    /// <summary>It was no guess: the code is somebody's.</summary>
    public Task WasRight(HttpRequest request, Browser browser, CancellationToken cancellation) =>
        database.Run(ForgetSql, cancellation, Guesser(request, browser));

    /// <summary>A keyed hash, so that what is kept tells nobody's address.</summary>
    private byte[] Guesser(HttpRequest request, Browser browser) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(
        browser.Session is { } session ? $"user-code-of:person:{session.PersonId}" : $"user-code-of:network:{Network(request)}"));

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
