using System.Security.Cryptography;
using Microsoft.Extensions.Options;

namespace Hutong.EventStore.PersonalData;

/// <summary>A secret as it may lie in a database: encrypted by a key-encryption key that does not.</summary>
/// <param name="KekId">The key-encryption key's id.</param>
/// <param name="Bytes">Nonce, ciphertext and tag.</param>
public sealed record WrappedSecret(string KekId, byte[] Bytes);

/// <summary>Wraps secrets (signing keys, tokens of others) with the key-encryption keys of section <c>Keys</c> (AES-256-GCM).</summary>
public sealed class KeyEncryption(IOptions<KeyOptions> options)
{
    private readonly KeyOptions keys = options.Value;

    /// <summary>Id of the key-encryption key that secrets are wrapped with from now on.</summary>
    public string Current => keys.Current;

    /// <summary>Ids of the others that are configured: what they wrapped can still be read.</summary>
    public IReadOnlyList<string> Others => [.. keys.KeyEncryptionKeys.Keys.Where(id => id != keys.Current)];

    /// <summary>Encrypts a secret with the current key-encryption key.</summary>
    /// <param name="secret">The secret.</param>
    /// <param name="bound">What it belongs to, such as its row's key: it cannot be unwrapped as anything else's.</param>
    public WrappedSecret Wrap(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> bound) =>
        new(keys.Current, PersonKey.Encrypt(Kek(keys.Current), secret, bound));

    /// <summary>Decrypts a secret.</summary>
    /// <exception cref="CryptographicException">The key-encryption key is not configured, or the secret was altered or moved.</exception>
    public byte[] Unwrap(WrappedSecret wrapped, ReadOnlySpan<byte> bound) =>
        PersonKey.Decrypt(Kek(wrapped.KekId), wrapped.Bytes, bound);

    private byte[] Kek(string id) =>
        keys.KeyEncryptionKeys.TryGetValue(id, out var base64)
            ? Convert.FromBase64String(base64)
            : throw new CryptographicException($"Key-encryption key '{id}' is not configured (Keys:KeyEncryptionKeys:{id}).");
}
