using Hutong.IdentityLink.Operating;
using Hutong.IdentityLink.Provider;
using Hutong.IdentityLink.Storage;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Hutong.IdentityLink.Devices;

/// <summary><c>grant_type=urn:ietf:params:oauth:grant-type:device_code</c>: a device asks whether it was let in (RFC 8628, section 3.4).</summary>
public sealed class DeviceCodeGrant(
    NpgsqlDataSource database, Operators operators, Tokens tokens, IOptions<ProviderOptions> options) : IGrantType
{
    /// <summary>The value of <c>grant_type</c>.</summary>
    public const string GrantType = "urn:ietf:params:oauth:grant-type:device_code";

    // One statement: of two questions at once, on whichever instances, one waits for the other's, and one gets the tokens.
    // Half a second is for the way: a device that waits as long as it was told is never early. A grant that is so new that
    // this statement does not see it yet is still pending.
    private const string PollSql = $"""
        with found as (
            select id, grant_id, denied_at, redeemed_at, expires_at <= now() as is_over,
                   polled_at + make_interval(secs => interval_seconds - 0.5) > now() as is_early
            from device_authorization where device_code_hash = $1 and client_id = $2
            for update),
        asked as (
            update device_authorization d
            set polled_at = now(), interval_seconds = least(d.interval_seconds + case when f.is_early then 5 else 0 end, 60)
            from found f where d.id = f.id and f.grant_id is null and f.denied_at is null and not f.is_over),
        redeemed as (
            update device_authorization d set redeemed_at = now()
            from found f join live_grant g using (grant_id)
            where d.id = f.id and f.redeemed_at is null and not f.is_over
            returning d.grant_id, g.scope),
        refreshable as (
            insert into refresh_token (token_hash, grant_id, expires_at)
            select $5, grant_id, now() + $6 from redeemed where 'offline_access' = any(string_to_array(scope, ' '))),
        accessible as (
            insert into access_token (token_hash, grant_id, scope, expires_at)
            select $3, grant_id, scope, now() + $4 from redeemed)
        select {TokenGrants.Columns},
               case when f.redeemed_at is not null then 'used'
                    when f.is_over then 'over'
                    when f.denied_at is not null then 'denied'
                    when g.grant_id is not null then 'let_in'
                    when exists (select from token_grant t where t.grant_id = f.grant_id) then 'denied'
                    when f.is_early then 'early'
                    else 'waiting' end
        from found f left join live_grant g using (grant_id)
        """;

    /// <inheritdoc/>
    public string Name => GrantType;

    /// <inheritdoc/>
    public async Task<IResult> Answer(Client client, Parameters parameters, CancellationToken cancellation)
    {
        if (parameters["device_code"] is not { } deviceCode)
            return OAuthError.InvalidRequest("device_code is needed").Answer();
        var (accessToken, refreshToken) = (Secret.New(), Secret.New());
        var settings = options.Value;
        var polled = await database.One(
            PollSql, row => new Polled(row.GetString(TokenGrants.ColumnCount), row.IsDBNull(0) ? null : TokenGrants.Read(row)),
            cancellation, Secret.Hash(deviceCode), client.Id, Secret.Hash(accessToken), settings.AccessTokenLifetime,
            Secret.Hash(refreshToken), settings.RefreshTokenLifetime);
        if (polled is not { State: "let_in", Grant: { } granted })
            return Refusal(polled?.State).Answer();

        var grant = operators.Limit(granted);
        return new TokenBody(
            accessToken, "Bearer", (long)settings.AccessTokenLifetime.TotalSeconds, string.Join(' ', grant.Scopes),
            grant.Scopes.Contains(Scopes.OfflineAccess) ? refreshToken : null,
            await tokens.IdToken(grant, accessToken, cancellation));
    }

    /// <summary>The words of RFC 8628, section 3.5.</summary>
    private static OAuthError Refusal(string? state) => state switch
    {
        "waiting" => new("authorization_pending", "Nobody has let the device in yet."),
        "early" => new("slow_down", "Ask less often: wait five seconds longer from now on."),
        "over" => new("expired_token", "The device_code is over."),
        "denied" => new("access_denied", "The device was not let in."),
        "used" => OAuthError.InvalidGrant("The device_code was used before."),
        _ => OAuthError.InvalidGrant("The device_code is not known."),
    };

    private sealed record Polled(string State, TokenGrant? Grant);
}
