using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.IdentityModel.Tokens;

namespace Hutong.IdentityLink.Registration;

/// <summary>Which keys a client may register (RFC 7517; RFC 7518, section 6): public ones, RSA from 2048 bits and P-256.</summary>
internal static class KeySetRules
{
    private const int MostKeys = 10;
    private const int ShortestModulus = 2048 / 8;
    private const int LongestModulus = 8192 / 8;
    private const int CoordinateBytes = 32;
    private const int LongestId = 128;

    private static readonly string[] PrivateMembers = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

    /// <summary>The set with what is needed of each key; empty where it is unfit, which the body is told.</summary>
    public static string Read(JsonElement jwks, MetadataBody body)
    {
        var keys = new JsonArray();
        if (jwks.ValueKind == JsonValueKind.Object && jwks.TryGetProperty("keys", out var given)
            && given.ValueKind == JsonValueKind.Array && given.GetArrayLength() is > 0 and <= MostKeys)
        {
            foreach (var key in given.EnumerateArray())
            {
                if (Fault(key) is { } fault)
                    body.Refuse($"jwks: {fault}");
                else
                    keys.Add(Needed(key));
            }
            body.Require(
                keys.Count < 2 || keys.Select(key => (string?)key!["kid"]).Distinct().Count() == keys.Count && keys.All(key => key!["kid"] is not null),
                "jwks: each of several keys has a kid of its own.");
        }
        else
        {
            body.Refuse($"jwks is an object with keys, an array of 1 to {MostKeys}.");
        }
        return new JsonObject { ["keys"] = keys }.ToJsonString();
    }

    private static string? Fault(JsonElement key)
    {
        if (key.ValueKind != JsonValueKind.Object)
            return "a key is an object.";
        if (PrivateMembers.Any(member => key.TryGetProperty(member, out _)))
            return "a key has a private member. Consider it known, make another one, and send its public part alone.";
        if (Text(key, "use") is not (null or "sig"))
            return "a key is for another use than sig.";
        if (Text(key, "kid") is { Length: > LongestId })
            return $"a kid is longer than {LongestId} characters.";
        var alg = Text(key, "alg");
        return Text(key, "kty") switch
        {
            "RSA" => alg is not (null or SecurityAlgorithms.RsaSha256) ? "an RSA key is for RS256."
                : Bytes(key, "n") is { Length: >= ShortestModulus and <= LongestModulus } n && n[0] != 0
                    && Bytes(key, "e") is { Length: > 0 and <= 8 } e && (e[^1] & 1) == 1 && (e.Length > 1 || e[0] > 1)
                    ? null : "an RSA key has n of 2048 to 8192 bits, and e.",
            "EC" => alg is not (null or SecurityAlgorithms.EcdsaSha256) ? "an EC key is for ES256."
                : Text(key, "crv") == "P-256" && Bytes(key, "x") is { Length: CoordinateBytes } x && Bytes(key, "y") is { Length: CoordinateBytes } y
                    && IsOnCurve(x, y)
                    ? null : "an EC key is of P-256, with x and y.",
            _ => "a key is of kty RSA or EC.",
        };
    }

    private static bool IsOnCurve(byte[] x, byte[] y)
    {
        try
        {
            using var key = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new() { X = x, Y = y } });
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private static JsonObject Needed(JsonElement key) => new(
        ((string[])["kty", "kid", "use", "alg", "n", "e", "crv", "x", "y"])
            .Select(member => KeyValuePair.Create<string, JsonNode?>(member, Text(key, member)))
            .Where(member => member.Value is not null));

    private static string? Text(JsonElement key, string member) =>
        key.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static byte[]? Bytes(JsonElement key, string member)
    {
        try
        {
            return Text(key, member) is { } text ? Base64UrlEncoder.DecodeBytes(text) : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
