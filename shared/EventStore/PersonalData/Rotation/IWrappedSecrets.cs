using Npgsql;

namespace Hutong.EventStore.PersonalData.Rotation;

/// <summary>
/// Secrets of one kind that lie in the database, each wrapped by a key-encryption key. Whatever
/// <see cref="KeyEncryption"/> wraps for the database has one of these, or a key-encryption key would be thought unused
/// that is not.
/// </summary>
public interface IWrappedSecrets
{
    /// <summary>What they are called: their table's name.</summary>
    string Name { get; }

    /// <summary>How many there are under each key-encryption key, by its id.</summary>
    Task<IReadOnlyDictionary<string, long>> Count(NpgsqlConnection connection, CancellationToken cancellation);

    /// <summary>
    /// Wraps some anew, from any other configured key-encryption key to the current one. One transaction: each secret can be
    /// unwrapped at any moment, and one that is deleted meanwhile does not come back.
    /// </summary>
    /// <returns>How many; 0 when none is left that can be.</returns>
    Task<int> Rewrap(NpgsqlConnection connection, int atMost, CancellationToken cancellation);
}
