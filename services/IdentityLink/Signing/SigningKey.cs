using System.Buffers;
using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Hutong.IdentityLink.Signing;

/// <summary>
/// A private key that signs. The signature is what a token costs: everything around it is written once, or straight into the
/// token's own bytes.
/// </summary>
public sealed class SigningKey : IDisposable
{
    private const int LongestSignature = 256;

    private static readonly JsonWriterOptions HeaderJson = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ConcurrentDictionary<string, byte[]> headers = new(StringComparer.Ordinal);
    private readonly RSA? rsa;
    private readonly ECDsa? ecdsa;

    private SigningKey(RSA rsa) => (this.rsa, Public) = (rsa, PublicKey.Of(rsa));

    private SigningKey(ECDsa ecdsa) => (this.ecdsa, Public) = (ecdsa, PublicKey.Of(ecdsa));

    /// <summary>Its public part.</summary>
    public PublicKey Public { get; }

    /// <summary>The key of a PKCS#8.</summary>
    public static SigningKey Of(string algorithm, ReadOnlySpan<byte> pkcs8)
    {
        if (algorithm == SigningAlgorithms.Es256)
        {
            var ecdsa = ECDsa.Create();
            ecdsa.ImportPkcs8PrivateKey(pkcs8, out _);
            return new SigningKey(ecdsa);
        }
        var rsa = RSA.Create();
        rsa.ImportPkcs8PrivateKey(pkcs8, out _);
        return new SigningKey(rsa);
    }

    /// <summary>Signs: a compact JWS (RFC 7515, section 7.1).</summary>
    /// <param name="type">The <c>typ</c> of its header: one of a few, which the headers are kept by.</param>
    /// <param name="payload">What is said, UTF-8.</param>
    public string Sign(string type, ReadOnlySpan<byte> payload)
    {
        var header = headers.GetOrAdd(type, Header);
        var signed = header.Length + Base64Url.GetEncodedLength(payload.Length);
        var token = ArrayPool<byte>.Shared.Rent(signed + 1 + Base64Url.GetEncodedLength(LongestSignature));
        try
        {
            header.CopyTo(token, 0);
            Base64Url.EncodeToUtf8(payload, token.AsSpan(header.Length));
            Span<byte> signature = stackalloc byte[LongestSignature];
            var length = Sign(token.AsSpan(0, signed), signature);
            token[signed] = (byte)'.';
            var written = Base64Url.EncodeToUtf8(signature[..length], token.AsSpan(signed + 1));
            return Encoding.ASCII.GetString(token, 0, signed + 1 + written);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(token);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        rsa?.Dispose();
        ecdsa?.Dispose();
    }

    private int Sign(ReadOnlySpan<byte> data, Span<byte> signature) => rsa is not null
        ? rsa.SignData(data, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
        : ecdsa!.SignData(data, signature, HashAlgorithmName.SHA256);

    /// <summary>The header's part of a token, with the dot behind it.</summary>
    private byte[] Header(string type)
    {
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json, HeaderJson))
        {
            writer.WriteStartObject();
            writer.WriteString("alg", Public.Alg);
            writer.WriteString("typ", type);
            writer.WriteString("kid", Public.Kid);
            writer.WriteEndObject();
        }
        return [.. Encoding.ASCII.GetBytes(Base64Url.EncodeToString(json.WrittenSpan)), (byte)'.'];
    }
}
