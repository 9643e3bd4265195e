using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Hutong.EventStore.PersonalData;

/// <summary>The key-encryption keys, from configuration section <c>Keys</c>. They never enter the database.</summary>
public sealed class KeyOptions
{
    /// <summary>Id of the key-encryption key that wraps new person keys.</summary>
    [Required]
    public required string Current { get; init; }

    /// <summary>Key-encryption keys by id, each base64 of 32 bytes. Old ones stay until nothing is wrapped by them.</summary>
    [Required]
    public required IReadOnlyDictionary<string, string> KeyEncryptionKeys { get; init; }

    /// <summary>How often to look for secrets that another key-encryption key than the current one wraps, and to wrap them anew.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "1.00:00:00")]
    public TimeSpan RewrapEvery { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Key of the keyed hash (HMAC-SHA-256) of platform subjects, base64 of 32 bytes. It is part of stream ids and never rotates.</summary>
    public string? IdentifierHashKey { get; init; }
}

/// <summary>
/// The persons' data keys, wrapped by a key-encryption key. To erase a person, delete the row: every sealed value of
/// theirs, in every event and backup of the events, becomes unreadable, and the streams stay as they are.
/// </summary>
public sealed class PersonKeys(NpgsqlDataSource database, IOptions<KeyOptions> options)
{
    private static readonly Table<PersonKeyRow> Rows = new("person_key", PersonKeyJson.Default.PersonKeyRow, "person_id");

    private const string FindSql = "select person_id, kek_id, wrapped_key from person_key where person_id = any($1)";

    private readonly KeyEncryption encryption = new(options);

    /// <summary>
    /// A new key for a new person, and the row that stores it: add the row to the unit of work that registers the
    /// person, so that neither exists without the other. A claim: a person's key is never replaced.
    /// </summary>
    public (PersonKey Key, RowWrite Row) Create(Guid personId)
    {
        var key = new PersonKey(personId, RandomNumberGenerator.GetBytes(PersonKey.KeyBytes));
        var wrapped = encryption.Wrap(key.Bytes, personId.ToByteArray());
        return (key, Rows.Claim(new PersonKeyRow(personId, wrapped.KekId, $@"\x{Convert.ToHexStringLower(wrapped.Bytes)}")));
    }

    /// <summary>A person's key; null when it was erased or never made.</summary>
    /// <exception cref="CryptographicException">The key-encryption key is not the one it was wrapped with.</exception>
    public async Task<PersonKey?> Find(Guid personId, CancellationToken cancellation = default) =>
        (await Find([personId], cancellation)).GetValueOrDefault(personId);

    /// <summary>Several persons' keys in one read; the erased are missing.</summary>
    public async Task<IReadOnlyDictionary<Guid, PersonKey>> Find(IReadOnlyCollection<Guid> persons, CancellationToken cancellation = default)
    {
        var found = new Dictionary<Guid, PersonKey>();
        await using var command = database.CreateCommand(FindSql);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. persons] });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var person = reader.GetGuid(0);
            var key = encryption.Unwrap(new(reader.GetString(1), reader.GetFieldValue<byte[]>(2)), person.ToByteArray());
            found.Add(person, new PersonKey(person, key));
        }
        return found;
    }

    /// <summary>The write that erases a person: their key's row is deleted.</summary>
    public static RowWrite Erase(Guid personId) => Rows.Delete(new PersonKeyRow(personId, "", ""));
}

internal sealed record PersonKeyRow(Guid PersonId, string KekId, string WrappedKey);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(PersonKeyRow))]
internal sealed partial class PersonKeyJson : JsonSerializerContext;
