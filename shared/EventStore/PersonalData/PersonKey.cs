using System.Security.Cryptography;
using System.Text;

namespace Hutong.EventStore.PersonalData;

/// <summary>
/// One person's data key (AES-256-GCM, NIST SP 800-38D). The person's id is authenticated with each value, so a
/// sealed value cannot be moved to somebody else.
/// </summary>
public sealed class PersonKey
{
    internal const int KeyBytes = 32;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private readonly byte[] key;

    internal PersonKey(Guid personId, byte[] key) => (PersonId, this.key) = (personId, key);

    /// <summary>Whose key it is.</summary>
    public Guid PersonId { get; }

    internal ReadOnlySpan<byte> Bytes => key;

    /// <summary>Encrypts a value for an event.</summary>
    public Sealed Seal(string value) => new(Convert.ToBase64String(Encrypt(key, Encoding.UTF8.GetBytes(value), PersonId.ToByteArray())));

    /// <summary>Decrypts a value.</summary>
    /// <exception cref="CryptographicException">It was sealed for another person, or altered.</exception>
    public string Open(Sealed value) =>
        Encoding.UTF8.GetString(Decrypt(key, Message(value), PersonId.ToByteArray()));

    private static byte[] Message(Sealed value)
    {
        try
        {
            return Convert.FromBase64String(value.Token ?? "");
        }
        catch (FormatException e)
        {
            throw new CryptographicException("A sealed value is not base64.", e);
        }
    }

    internal static byte[] Encrypt(ReadOnlySpan<byte> key, ReadOnlySpan<byte> plain, ReadOnlySpan<byte> bound)
    {
        var message = new byte[NonceBytes + plain.Length + TagBytes];
        RandomNumberGenerator.Fill(message.AsSpan(0, NonceBytes));
        using var aes = new AesGcm(key, TagBytes);
        aes.Encrypt(message.AsSpan(0, NonceBytes), plain, message.AsSpan(NonceBytes, plain.Length), message.AsSpan(^TagBytes..), bound);
        return message;
    }

    internal static byte[] Decrypt(ReadOnlySpan<byte> key, ReadOnlySpan<byte> message, ReadOnlySpan<byte> bound)
    {
        if (message.Length < NonceBytes + TagBytes)
            throw new CryptographicException("An encrypted value is too short.");
        var plain = new byte[message.Length - NonceBytes - TagBytes];
        using var aes = new AesGcm(key, TagBytes);
        aes.Decrypt(message[..NonceBytes], message[NonceBytes..^TagBytes], message[^TagBytes..], plain, bound);
        return plain;
    }
}
