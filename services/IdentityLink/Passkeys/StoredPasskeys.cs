using System.Text.Json.Serialization;
using Hutong.EventStore;
using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Storage;
using Microsoft.AspNetCore.Identity;
using Npgsql;

namespace Hutong.IdentityLink.Passkeys;

/// <summary>The credential records of passkeys.</summary>
public sealed class StoredPasskeys(NpgsqlDataSource database, AccountStreams streams, TimeProvider time)
{
    private const string Columns = """
        credential_id, user_handle, public_key, created_at, sign_count, transports, is_user_verified, is_backup_eligible,
        is_backed_up, attestation_object, client_data_json
        """;

    private const string FindSql = $"select {Columns} from passkey where account = $1";

    private const string OfHolderSql = $"select {Columns} from passkey where user_handle = $1 order by created_at, account";

    private const string HandleSql = """
        select user_handle from passkey join linked_account using (account)
        where person_id = $1
        order by created_at, account
        limit 1
        """;

    // One statement: of two answers with one count, the second is a clone's. Authenticators without a counter stay at 0.
    private const string UseSql = """
        update passkey set sign_count = $2, is_backed_up = $3
        where account = $1 and (sign_count < $2 or (sign_count = 0 and $2 = 0))
        """;

    private static readonly Table<PasskeyRow> Table = new("passkey", PasskeyJson.Default.PasskeyRow, "account");

    /// <summary>The row of a new passkey, for the unit of work that links its account. A claim: a credential is never replaced.</summary>
    internal RowWrite Row(UserPasskeyInfo passkey, string userHandle) => Table.Claim(new(
        AccountStream(passkey.CredentialId),
        Hex(passkey.CredentialId),
        userHandle,
        Hex(passkey.PublicKey),
        passkey.SignCount,
        passkey.Transports ?? [],
        passkey.IsUserVerified,
        passkey.IsBackupEligible,
        passkey.IsBackedUp,
        Hex(passkey.AttestationObject),
        Hex(passkey.ClientDataJson),
        time.GetUtcNow()));

    /// <summary>The write that ends a passkey, for the unit of work that ends its link or erases its owner.</summary>
    public static RowWrite Delete(string account) =>
        Table.Delete(new(account, "", "", "", 0, [], false, false, false, "", "", default));

    /// <summary>A passkey and who authenticators say holds it; null where it is unknown.</summary>
    internal Task<StoredPasskey?> Find(byte[] credentialId, CancellationToken cancellation) =>
        database.One(FindSql, Read, cancellation, AccountStream(credentialId));

    /// <summary>The passkeys of one holder.</summary>
    internal Task<List<StoredPasskey>> Of(string userHandle, CancellationToken cancellation) =>
        database.Many(OfHolderSql, Read, cancellation, userHandle);

    /// <summary>What authenticators know a person by; null for one without passkeys.</summary>
    internal Task<string?> HandleOf(Guid personId, CancellationToken cancellation) =>
        database.One(HandleSql, row => row.GetString(0), cancellation, personId);

    /// <summary>Remembers the state an authenticator was in when it answered.</summary>
    /// <returns>Whether its counter went on: false for an answer that was overtaken by another.</returns>
    internal async Task<bool> Use(UserPasskeyInfo passkey, CancellationToken cancellation) =>
        await database.Run(
            UseSql, cancellation, AccountStream(passkey.CredentialId), (long)passkey.SignCount, passkey.IsBackedUp) == 1;

    private string AccountStream(byte[] credentialId) => streams.Of(Passkey.Platform, Passkey.SubjectOf(credentialId));

    private static StoredPasskey Read(NpgsqlDataReader row) => new(
        row.GetString(1),
        new UserPasskeyInfo(
            credentialId: row.GetFieldValue<byte[]>(0),
            publicKey: row.GetFieldValue<byte[]>(2),
            createdAt: row.Time(3),
            signCount: (uint)row.GetInt64(4),
            transports: row.GetFieldValue<string[]>(5),
            isUserVerified: row.GetBoolean(6),
            isBackupEligible: row.GetBoolean(7),
            isBackedUp: row.GetBoolean(8),
            attestationObject: row.GetFieldValue<byte[]>(9),
            clientDataJson: row.GetFieldValue<byte[]>(10)));

    private static string Hex(byte[] bytes) => $@"\x{Convert.ToHexStringLower(bytes)}";
}

/// <summary>A passkey as the handler wants it, and its holder.</summary>
internal sealed record StoredPasskey(string UserHandle, UserPasskeyInfo Info);

/// <summary>A row of table <c>passkey</c>.</summary>
internal sealed record PasskeyRow(
    string Account, string CredentialId, string UserHandle, string PublicKey, uint SignCount, IReadOnlyList<string> Transports,
    bool IsUserVerified, bool IsBackupEligible, bool IsBackedUp, string AttestationObject, string ClientDataJson, DateTimeOffset CreatedAt);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(PasskeyRow))]
internal sealed partial class PasskeyJson : JsonSerializerContext;
