using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.IdentityModel.Tokens;

namespace Hutong.IdentityLink.Signing;

/// <summary>The signing keys as they were at one moment.</summary>
public sealed class KeyRing
{
    private readonly IReadOnlyDictionary<string, SigningKey> signers;

    /// <summary>The keys at a moment.</summary>
    /// <param name="keys">All there ever were, the newest of each algorithm first.</param>
    /// <param name="signers">The private keys, by key id: of those that may sign.</param>
    /// <param name="now">The moment, UTC, by the database's clock.</param>
    /// <param name="longestToken">How long what they sign holds at most.</param>
    public KeyRing(IReadOnlyList<HeldKey> keys, IReadOnlyDictionary<string, SigningKey> signers, DateTimeOffset now, TimeSpan longestToken)
    {
        this.signers = signers;
        Now = now;
        Keys = [.. keys.Select(key => (key, StateOf(key, keys, now, longestToken)))];
        // Who takes the first one there is gets the one that most is signed with.
        Jwks = Json(Keys
            .Where(key => key.State is KeyState.Next or KeyState.Current or KeyState.Retiring)
            .OrderByDescending(key => key.Key.Algorithm == SigningAlgorithms.Rs256).ThenByDescending(key => key.State == KeyState.Current)
            .Select(key => key.Key.Public));
        Archive = Json(Keys.Select(key => HistoricalKey.Of(key.Key, RetiredAt(key.Key, keys, now))));
        Verifying = [.. Keys.Where(key => key.State is not KeyState.Withdrawn).Select(key => key.Key.Public.ToSecurityKey())];
    }

    /// <summary>The moment.</summary>
    public DateTimeOffset Now { get; }

    /// <summary>All of them, the newest of each algorithm first.</summary>
    public IReadOnlyList<(HeldKey Key, KeyState State)> Keys { get; }

    /// <summary>A JWK set of those that anything in circulation is signed with, or soon will be (RFC 7517, section 5).</summary>
    public byte[] Jwks { get; }

    /// <summary>A JWK set of all there ever were, each with its time and whether it was withdrawn.</summary>
    public byte[] Archive { get; }

    /// <summary>What anything of ours that comes back is verified with, however old it is.</summary>
    public IReadOnlyList<SecurityKey> Verifying { get; }

    /// <summary>The key that signs; null where there is none yet.</summary>
    public HeldKey? Current(string algorithm) => Find(algorithm, KeyState.Current);

    /// <summary>The key that is published to follow it; null where there is none.</summary>
    public HeldKey? Next(string algorithm) => Find(algorithm, KeyState.Next);

    /// <summary>How many generations there were.</summary>
    public int Generations(string algorithm) =>
        Keys.Where(key => key.Key.Algorithm == algorithm).Select(key => key.Key.Generation).DefaultIfEmpty().Max();

    /// <summary>What signs now.</summary>
    public SigningKey Signer(string algorithm) => signers[(Current(algorithm) ?? throw new InvalidOperationException($"No key signs by {algorithm}.")).Kid];

    private HeldKey? Find(string algorithm, KeyState state) =>
        Keys.Where(key => key.State == state && key.Key.Algorithm == algorithm).Select(key => key.Key).FirstOrDefault();

    private static KeyState StateOf(HeldKey key, IReadOnlyList<HeldKey> keys, DateTimeOffset now, TimeSpan longestToken)
    {
        if (key.WithdrawnAt is not null)
            return KeyState.Withdrawn;
        if (key.SignsFrom > now)
            return KeyState.Next;
        return RetiredAt(key, keys, now) switch
        {
            null => KeyState.Current,
            { } retired when now < retired + longestToken => KeyState.Retiring,
            _ => KeyState.Archived,
        };
    }

    /// <summary>When another began to sign in its place, whatever became of that one; null while none has.</summary>
    private static DateTimeOffset? RetiredAt(HeldKey key, IReadOnlyList<HeldKey> keys, DateTimeOffset now) => keys
        .Where(other => other.Algorithm == key.Algorithm && other.Generation > key.Generation && other.SignsFrom <= now
            && !(other.WithdrawnAt < other.SignsFrom))
        .Select(other => (DateTimeOffset?)other.SignsFrom).Min();

    private static byte[] Json(IEnumerable<PublicKey> keys) =>
        JsonSerializer.SerializeToUtf8Bytes(new JwkSet([.. keys]), SigningJson.Default.JwkSet);

    private static byte[] Json(IEnumerable<HistoricalKey> keys) =>
        JsonSerializer.SerializeToUtf8Bytes(new HistoricalKeySet([.. keys]), SigningJson.Default.HistoricalKeySet);
}

/// <summary>A JWK set (RFC 7517, section 5).</summary>
internal sealed record JwkSet(IReadOnlyList<PublicKey> Keys);

/// <summary>All keys there ever were.</summary>
internal sealed record HistoricalKeySet(IReadOnlyList<HistoricalKey> Keys);

/// <summary>A key with its times, in the words of OpenID Federation 1.0, section 8.7.</summary>
/// <param name="Kty">This and what follows as in <see cref="PublicKey"/>.</param>
/// <param name="Iat">From when it signs, seconds since 1970, UTC.</param>
/// <param name="Exp">Until when it signed; null while it does.</param>
/// <param name="Revoked">That it leaked; null where it did not.</param>
internal sealed record HistoricalKey(
    string Kty, string Use, string Alg, string Kid, string? N, string? E, string? Crv, string? X, string? Y, long Iat, long? Exp, KeyRevocation? Revoked)
{
    public static HistoricalKey Of(HeldKey key, DateTimeOffset? retiredAt)
    {
        var (kty, use, alg, kid, n, e, crv, x, y) = key.Public;
        return new(
            kty, use, alg, kid, n, e, crv, x, y, key.SignsFrom.ToUnixTimeSeconds(), retiredAt?.ToUnixTimeSeconds(),
            key.WithdrawnAt is { } withdrawn ? new KeyRevocation(withdrawn.ToUnixTimeSeconds(), "compromised") : null);
    }
}

/// <summary>When a key stopped to be believed, and why.</summary>
internal sealed record KeyRevocation(long RevokedAt, string Reason);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PublicKey))]
[JsonSerializable(typeof(JwkSet))]
[JsonSerializable(typeof(HistoricalKeySet))]
internal sealed partial class SigningJson : JsonSerializerContext;
