using System.Data;
using Hutong.Launcher.PrivateServers;
using Npgsql;

namespace Hutong.Launcher.BackingUp;

/// <summary>
/// One database in two files, of one moment: the keys, and everything else. What opens (the key tables) and what tells
/// in the clear who somebody is or what they said goes with the keys, so that the other file can be kept for years and
/// says nothing about anybody who was erased since.
/// </summary>
public static class DatabaseBackup
{
    /// <summary>The tables whose rows go with the keys, of whichever service has them. Their definitions are in the other file.</summary>
    public static IReadOnlyList<string> KeptApart { get; } =
        ["person_key", "idempotency_key", "signing_key", "data_protection_key", "linked_account", "passkey", "author", "post_text"];

    /// <summary>
    /// The tables whose rows are in no backup: who is signed in or about to, and what partners hold. Whoever signed out, or
    /// took something back, after a backup must not find it undone by a restore; everybody signs in anew.
    /// </summary>
    public static IReadOnlyList<string> LeftOut { get; } =
    [
        "browser_session", "session_client", "callback_state", "link_proof", "passkey_ceremony", "authorize_request", "token_grant",
        "authorization_code", "access_token", "refresh_token", "session", "sign_in_state", "recovery_attempt", "client_assertion", "client_token",
        "device_authorization", "user_code_guess", "pushed_request",
    ];

    /// <summary>
    /// The tables whose rows are with the data: ids, times, figures, hashes, and what is sealed. A table that is in none of
    /// the three lists would be there as well; a spec sees to it that there is none.
    /// </summary>
    public static IReadOnlyList<string> WithTheData { get; } =
    [
        // Of every service.
        "mt_streams", "mt_events", "mt_event_progression", "schema_script", "inbox", "inbox_cursor", "lease",
        "relay_cursor", "parked_message",
        // Identity-Link.
        "subject", "consent_withdrawal", "notice", "subject_notice", "recovery_code", "revocation", "revocation_target", "logout_delivery",
        "registered_client", "client_place", "sector_owner", "delivery_attempt", "security_event",
        // Social-Feed.
        "post", "repost_claim", "timeline_entry", "timeline_follow", "timeline_post", "timeline_parent", "repost_count",
        // Commerce-Card.
        "snapshot", "customer_order", "product_post", "product_repost", "ladder_claim", "shop_reputation", "simulated_payment",
        // Attribution.
        "known_post", "credited_order", "order_total", "credit_line", "credit_total", "click_total",
        // The gateway.
        "ended_session", "logout_token",
    ];

    private static readonly string[] AsOneself = ["--no-owner", "--no-privileges"];

    /// <summary>Writes both files.</summary>
    /// <param name="connectionString">The database, as the role that owns it.</param>
    /// <param name="dataFile">Where everything but the keys goes.</param>
    /// <param name="keysFile">Where the keys go.</param>
    /// <param name="cancellation">Ends it; what was written is of no use then.</param>
    /// <exception cref="LaunchException">A dump failed.</exception>
    public static async Task Write(string connectionString, string dataFile, string keysFile, CancellationToken cancellation = default)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(cancellation);
        // Both dumps see what this transaction sees.
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        await using var export = new NpgsqlCommand("set local idle_in_transaction_session_timeout = 0; select pg_export_snapshot()", connection);
        var snapshot = (string)(await export.ExecuteScalarAsync(cancellation))!;
        await Dump(dataFile, [.. KeptApart.Concat(LeftOut).Select(table => $"--exclude-table-data={table}")]);
        await Dump(keysFile, ["--data-only", .. KeptApart.Select(table => $"--table={table}")]);

        Task Dump(string file, IEnumerable<string> what) => PostgresPrograms.Run(
            "pg_dump", connectionString, ["--format=custom", $"--snapshot={snapshot}", $"--file={file}", .. AsOneself, .. what], cancellation);
    }

    /// <summary>Reads both files into an empty database. Erasures since the backup must be replayed before anybody uses it.</summary>
    /// <exception cref="LaunchException">A file does not fit, or the database is not empty.</exception>
    public static async Task Restore(string connectionString, string dataFile, string keysFile, CancellationToken cancellation = default)
    {
        foreach (var file in (string[])[dataFile, keysFile])
        {
            await PostgresPrograms.Run(
                "pg_restore", connectionString, ["--single-transaction", "--exit-on-error", .. AsOneself, file], cancellation);
        }
    }
}
