using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Hutong.Gateway.Tests.Hosting;

/// <summary>Writes tokens by hand, so that a test can write wrong ones.</summary>
public static class Jwt
{
    public static string Write(IReadOnlyDictionary<string, object?> header, IReadOnlyDictionary<string, object?> claims, Func<byte[], byte[]> sign)
    {
        var signed = $"{Part(header)}.{Part(claims)}";
        return $"{signed}.{Base64Url.EncodeToString(sign(Encoding.ASCII.GetBytes(signed)))}";
    }

    public static Func<byte[], byte[]> Rs256(RSA key) => data => key.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);

    public static Func<byte[], byte[]> Hs256(byte[] key) => data => HMACSHA256.HashData(key, data);

    public static byte[] None(byte[] data) => [];

    private static string Part(IReadOnlyDictionary<string, object?> values) => Base64Url.EncodeToString(
        JsonSerializer.SerializeToUtf8Bytes(values.Where(v => v.Value is not null).ToDictionary(v => v.Key, v => v.Value)));
}
