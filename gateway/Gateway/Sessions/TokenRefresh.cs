using Hutong.Gateway.Provider;
using Hutong.Gateway.Sites;
using Hutong.Gateway.Storage;
using Hutong.ServiceDefaults.Outgoing;
using Npgsql;

namespace Hutong.Gateway.Sessions;

/// <summary>
/// A session's access token, renewed before it runs out. The row's lock makes it one renewal at a time over all
/// instances: whoever waited for the lock reads again and finds it done. A refresh token rotates, and two that use the
/// same one would look like a theft.
/// </summary>
internal sealed class TokenRefresh(
    NpgsqlDataSource database, TokenProtection protection, ProviderCalls provider, SiteDirectory sites, TimeProvider time)
{
    /// <summary>Renewed this long before it runs out.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(30);

    private const string ReadSql = "select tokens, access_expires_at from session where id_hash = $1";

    private const string LockSql = $"{ReadSql} for update";

    private const string StoreSql = "update session set tokens = $2, access_expires_at = $3 where id_hash = $1";

    private const string RemoveSql = "delete from session where id_hash = $1";

    /// <summary>An access token that holds for a while yet; null when the session is over.</summary>
    /// <exception cref="HttpRequestException">The provider does not answer, and the token has run out.</exception>
    public async Task<string?> AccessToken(Session session, CancellationToken cancellation)
    {
        var held = await database.One(ReadSql, Read, cancellation, session.IdHash);
        if (held is null || held.ExpiresAt > time.GetUtcNow() + Margin)
            return held is null ? null : protection.Unprotect(session.IdHash, held.Tokens)?.AccessToken;

        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        held = await connection.One(LockSql, Read, cancellation, session.IdHash);
        if (held is null || protection.Unprotect(session.IdHash, held.Tokens) is not { } tokens)
            return null;
        if (held.ExpiresAt > time.GetUtcNow() + Margin)
            return tokens.AccessToken;
        SessionTokens? renewed;
        try
        {
            renewed = await Renew(connection, session, tokens, cancellation);
        }
        catch (Exception e) when (OutgoingCalls.IsNoAnswer(e) && held.ExpiresAt > time.GetUtcNow())
        {
            return tokens.AccessToken;
        }
        await transaction.CommitAsync(cancellation);
        return renewed?.AccessToken;
    }

    private async Task<SessionTokens?> Renew(
        NpgsqlConnection connection, Session session, SessionTokens tokens, CancellationToken cancellation)
    {
        var answer = tokens.RefreshToken is null ? null : await Ask(session, tokens.RefreshToken, cancellation);
        if (answer is null)
        {
            await connection.Run(RemoveSql, cancellation, session.IdHash);
            return null;
        }
        var renewed = new SessionTokens(
            answer.AccessToken, answer.RefreshToken ?? tokens.RefreshToken, answer.IdToken ?? tokens.IdToken);
        await connection.Run(
            StoreSql, cancellation, session.IdHash, protection.Protect(session.IdHash, renewed),
            time.GetUtcNow() + TimeSpan.FromSeconds(answer.ExpiresIn));
        return renewed;
    }

    private async Task<TokenAnswer?> Ask(Session session, string refreshToken, CancellationToken cancellation)
    {
        var (answer, _) = await provider.Token(sites.Named(session.Site)!.Client, new Dictionary<string, string>
        {
            ["grant_type"] = "refresh_token",
            ["refresh_token"] = refreshToken,
        }, cancellation);
        return answer;
    }

    private static Held Read(NpgsqlDataReader row) => new(row.GetFieldValue<byte[]>(0), row.Time(1));

    private sealed record Held(byte[] Tokens, DateTimeOffset ExpiresAt);
}
