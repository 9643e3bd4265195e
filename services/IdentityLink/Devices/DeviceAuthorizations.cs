using Hutong.IdentityLink.Storage;
using Npgsql;

namespace Hutong.IdentityLink.Devices;

/// <summary>A device that waits for somebody to let it in.</summary>
/// <param name="Id">Names it in our tables.</param>
/// <param name="ClientId">The client on it.</param>
/// <param name="Scopes">What it asks for.</param>
public sealed record WaitingDevice(Guid Id, string ClientId, IReadOnlyList<string> Scopes);

/// <summary>The devices that wait to be let in (RFC 8628, section 3.1).</summary>
public sealed class DeviceAuthorizations(NpgsqlDataSource database)
{
    /// <summary>How long a device waits: time enough to take out a phone and sign in there.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    /// <summary>How long it has to wait between two questions.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    // A user code that happens to be taken adds nothing: another one is made.
    private const string AddSql = """
        insert into device_authorization (id, device_code_hash, user_code_hash, client_id, scope, interval_seconds, expires_at)
        values ($1, $2, $3, $4, $5, $6, now() + $7)
        on conflict (user_code_hash) do nothing
        """;

    private const string Waiting = "grant_id is null and denied_at is null and redeemed_at is null and expires_at > now()";

    private const string FindByUserCodeSql = $"select id, client_id, scope from device_authorization where user_code_hash = $1 and {Waiting}";

    private const string FindSql = $"select id, client_id, scope from device_authorization where id = $1 and {Waiting}";

    private const string DenySql = $"update device_authorization set denied_at = now() where id = $1 and {Waiting}";

    /// <summary>Lets a device wait.</summary>
    /// <returns>Its two codes.</returns>
    public async Task<(string DeviceCode, string UserCode)> Add(string clientId, IEnumerable<string> scopes, CancellationToken cancellation)
    {
        while (true)
        {
            var (deviceCode, userCode) = (Secret.New(), UserCode.New());
            var added = await database.Run(
                AddSql, cancellation, Guid.CreateVersion7(), Secret.Hash(deviceCode), UserCode.HashOf(userCode), clientId,
                string.Join(' ', scopes), (int)Interval.TotalSeconds, Lifetime);
            if (added > 0)
                return (deviceCode, userCode);
        }
    }

    /// <summary>The device that shows a code; null where none does.</summary>
    public Task<WaitingDevice?> FindByUserCode(string userCode, CancellationToken cancellation) =>
        database.One(FindByUserCodeSql, Read, cancellation, UserCode.HashOf(userCode));

    /// <summary>A device that still waits; null where it does not.</summary>
    public Task<WaitingDevice?> Find(Guid id, CancellationToken cancellation) => database.One(FindSql, Read, cancellation, id);

    /// <summary>Keeps a device out.</summary>
    public Task Deny(Guid id, CancellationToken cancellation) => database.Run(DenySql, cancellation, id);

    private static WaitingDevice Read(NpgsqlDataReader row) =>
        new(row.GetGuid(0), row.GetString(1), Provider.Scopes.Split(row.GetString(2)));
}
