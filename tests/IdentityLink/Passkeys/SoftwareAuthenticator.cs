using System.Buffers.Binary;
using System.Buffers.Text;
using System.Formats.Cbor;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Hutong.IdentityLink.Tests.Passkeys;

/// <summary>
/// An authenticator and the browser before it (WebAuthn Level 3, sections 5.1 and 6): discoverable ES256 credentials,
/// attestation <c>none</c>, real signatures. Its properties make it misbehave.
/// </summary>
public sealed class SoftwareAuthenticator
{
    private const byte UserPresent = 0x01;
    private const byte UserVerified = 0x04;
    private const byte AttestedData = 0x40;

    private readonly List<Credential> credentials = [];

    /// <summary>The origin of the page that the browser believes to be on.</summary>
    public string Origin { get; set; } = "http://localhost:8080";

    /// <summary>Whether the page is in another origin's frame.</summary>
    public bool CrossOrigin { get; set; }

    /// <summary>The relying party to answer for; whichever is asked for when null.</summary>
    public string? RelyingPartyId { get; set; }

    /// <summary>Whether it makes sure that its owner holds it.</summary>
    public bool VerifiesUser { get; set; } = true;

    /// <summary>Whether its signatures are right.</summary>
    public bool SignsTruly { get; set; } = true;

    /// <summary>The id of the next credential; random when null.</summary>
    public byte[]? NextId { get; set; }

    public IReadOnlyList<Credential> Credentials => credentials;

    /// <summary>A copy that knows the same keys and counts for itself from here.</summary>
    public SoftwareAuthenticator Clone()
    {
        var clone = new SoftwareAuthenticator();
        clone.credentials.AddRange(credentials.Select(credential => credential with { }));
        return clone;
    }

    /// <summary><c>navigator.credentials.create()</c>, as JSON.</summary>
    public string Create(JsonElement options)
    {
        options.GetProperty("pubKeyCredParams").EnumerateArray().Select(p => p.GetProperty("alg").GetInt32()).ShouldContain(-7);
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var relyingParty = RelyingPartyId ?? options.GetProperty("rp").GetProperty("id").GetString()!;
        var credential = new Credential(
            NextId ?? RandomNumberGenerator.GetBytes(32), key, options.GetProperty("rp").GetProperty("id").GetString()!,
            Base64Url.DecodeFromChars(options.GetProperty("user").GetProperty("id").GetString()));
        credentials.Add(credential);

        var attestation = new CborWriter(CborConformanceMode.Ctap2Canonical);
        attestation.WriteStartMap(3);
        attestation.WriteTextString("fmt");
        attestation.WriteTextString("none");
        attestation.WriteTextString("attStmt");
        attestation.WriteStartMap(0);
        attestation.WriteEndMap();
        attestation.WriteTextString("authData");
        attestation.WriteByteString([.. AuthenticatorData(relyingParty, credential, AttestedData), .. Attested(credential)]);
        attestation.WriteEndMap();
        return Answer(credential, new JsonObject
        {
            ["clientDataJSON"] = Base64Url.EncodeToString(ClientData("webauthn.create", options)),
            ["attestationObject"] = Base64Url.EncodeToString(attestation.Encode()),
            ["transports"] = new JsonArray("internal"),
        });
    }

    /// <summary><c>navigator.credentials.get()</c>, as JSON: the credential last made for the relying party.</summary>
    public string Get(JsonElement options)
    {
        options.GetProperty("allowCredentials").GetArrayLength().ShouldBe(0, "the authenticator is to find the credential by itself");
        var asked = options.GetProperty("rpId").GetString()!;
        var credential = credentials.Last(known => known.RelyingPartyId == asked);
        credential.SignCount++;
        var authenticatorData = AuthenticatorData(RelyingPartyId ?? asked, credential, flags: 0);
        var clientData = ClientData("webauthn.get", options);
        var signature = credential.Key.SignData(
            [.. authenticatorData, .. SHA256.HashData(clientData)], HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        if (!SignsTruly)
            signature[^1] ^= 1;
        return Answer(credential, new JsonObject
        {
            ["clientDataJSON"] = Base64Url.EncodeToString(clientData),
            ["authenticatorData"] = Base64Url.EncodeToString(authenticatorData),
            ["signature"] = Base64Url.EncodeToString(signature),
            ["userHandle"] = Base64Url.EncodeToString(credential.UserHandle),
        });
    }

    private static string Answer(Credential credential, JsonObject response) => new JsonObject
    {
        ["id"] = Base64Url.EncodeToString(credential.Id),
        ["rawId"] = Base64Url.EncodeToString(credential.Id),
        ["type"] = "public-key",
        ["authenticatorAttachment"] = "platform",
        ["response"] = response,
        ["clientExtensionResults"] = new JsonObject(),
    }.ToJsonString();

    private byte[] ClientData(string type, JsonElement options) => Encoding.UTF8.GetBytes(new JsonObject
    {
        ["type"] = type,
        ["challenge"] = options.GetProperty("challenge").GetString(),
        ["origin"] = Origin,
        ["crossOrigin"] = CrossOrigin,
    }.ToJsonString());

    private byte[] AuthenticatorData(string relyingParty, Credential credential, byte flags)
    {
        var count = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(count, credential.SignCount);
        var all = (byte)(flags | UserPresent | (VerifiesUser ? UserVerified : 0));
        return [.. SHA256.HashData(Encoding.UTF8.GetBytes(relyingParty)), all, .. count];
    }

    private static byte[] Attested(Credential credential)
    {
        var length = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)credential.Id.Length);
        var point = credential.Key.ExportParameters(includePrivateParameters: false).Q;
        // COSE_Key of an ES256 key (RFC 9053, section 7.1.1).
        var key = new CborWriter(CborConformanceMode.Ctap2Canonical);
        key.WriteStartMap(5);
        key.WriteInt32(1);
        key.WriteInt32(2);
        key.WriteInt32(3);
        key.WriteInt32(-7);
        key.WriteInt32(-1);
        key.WriteInt32(1);
        key.WriteInt32(-2);
        key.WriteByteString(point.X!);
        key.WriteInt32(-3);
        key.WriteByteString(point.Y!);
        key.WriteEndMap();
        return [.. new byte[16], .. length, .. credential.Id, .. key.Encode()];
    }

    /// <summary>A credential it holds.</summary>
    public sealed record Credential(byte[] Id, ECDsa Key, string RelyingPartyId, byte[] UserHandle)
    {
        public uint SignCount { get; set; }
    }
}
