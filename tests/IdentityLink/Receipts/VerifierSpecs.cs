using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Hutong.IdentityLink.Receipts;
using Hutong.IdentityLink.Tests.Hosting;
using Microsoft.IdentityModel.Tokens;

namespace Hutong.IdentityLink.Tests.Receipts;

/// <summary>The command that verifies receipts offline, over what a person with three receipts downloaded.</summary>
public sealed class VerifierSpecs(Testing.Servers servers, SimulatedPlatforms platforms) : IAsyncLifetime
{
    private readonly IdentityService identity = new(servers, platforms);
    private JsonObject download = null!;
    private string jwks = null!;

    private JsonArray Receipts => download["receipts"]!.AsArray();

    public async ValueTask InitializeAsync()
    {
        await identity.InitializeAsync();
        using var browser = new TestBrowser(identity, platforms);
        await browser.SignIn("li-na", "weibo");
        await browser.Link("li-na", "taobao");
        await browser.Link("wang", "taobao");
        download = await browser.Receipts();
        jwks = (await browser.Get("/jwks")).Body;
    }

    public ValueTask DisposeAsync() => identity.DisposeAsync();

    [Fact]
    public async Task A_download_verifies_without_a_network_by_published_and_by_enclosed_keys()
    {
        var (exitCode, output) = await Verify();
        exitCode.ShouldBe(0, output);
        output.ShouldContain("3 receipts of http://localhost:8080, complete as of ");
        output.ShouldContain("chain intact, signatures valid.");
        output.ShouldContain("receipts by published keys: 3, by enclosed keys: 0.");

        (exitCode, output) = await ReceiptReading.Verify([download]);
        exitCode.ShouldBe(0, output);
        output.ShouldContain("By the enclosed keys alone");
    }

    [Fact]
    public async Task An_altered_receipt_does_not_verify()
    {
        var parts = Receipt(1).Split('.');
        Receipts[1] = $"{parts[0]}.{Base64UrlEncoder.Encode(Base64UrlEncoder.Decode(parts[1]).Replace("taobao", "weibo", StringComparison.Ordinal))}.{parts[2]}";

        await ShouldFail("Receipt 2 has a signature that does not hold");
    }

    [Fact]
    public async Task A_chain_with_a_receipt_missing_does_not_verify_wherever_it_is_missing()
    {
        var last = Receipt(2);
        Receipts.RemoveAt(2);
        await ShouldFail("There are 3 receipts in all, and 2 here: some are missing at the end.");
        Receipts.Add(last);
        Receipts.RemoveAt(1);
        await ShouldFail("Receipt 2 says that it is number 3");
        Receipts.RemoveAt(0);
        await ShouldFail("Receipt 1 says that it is number 3");
        Receipts.Clear();
        await ShouldFail("There are 3 receipts in all, and 0 here");
    }

    [Fact]
    public async Task Receipts_in_another_order_do_not_verify()
    {
        (Receipts[1], Receipts[2]) = (Receipt(2), Receipt(1));

        await ShouldFail("Receipt 2 says that it is number 3");
    }

    [Fact]
    public async Task A_receipt_of_another_chain_does_not_verify_in_its_place()
    {
        using var wang = new TestBrowser(identity, platforms);
        await wang.SignIn("wang", "weibo");
        await wang.Link("zoe", "taobao");

        Receipts[1] = (await wang.Receipts())["receipts"]![1]!.GetValue<string>();

        await ShouldFail("Receipt 2 does not follow from the one before it");
    }

    [Fact]
    public async Task A_receipt_signed_with_a_foreign_key_does_not_verify()
    {
        using var foreign = RSA.Create(2048);
        Receipts[2] = Signed(Receipt(2), foreign, kid: null);
        await ShouldFail("Receipt 3 has a signature that does not hold");

        Receipts[2] = Signed(Receipt(2), foreign, kid: "foreign");
        await ShouldFail("Receipt 3 is signed with the key foreign, which is neither published nor enclosed");

        download["keys"]!.AsArray().Add(Jwk(foreign, "foreign"));
        await ShouldFail("The last receipt is not the one that the chain ended with.");

        // All of it is forged, with a key of its own: only who knows the published keys can tell.
        download["chain"] = Signed(
            download["chain"]!.GetValue<string>(), foreign, kid: "foreign", payload => payload["last"] = ReceiptChain.HashOf(Receipt(2)));
        await ShouldFail("The statement of how many receipts there are is signed with a key that is not published");
        (await ReceiptReading.Verify([download])).Output.ShouldContain("not who made it");
    }

    [Fact]
    public async Task Receipts_of_a_key_that_is_published_no_more_are_vouched_for_by_a_published_one()
    {
        using var next = RSA.Create(2048);
        download["chain"] = Signed(download["chain"]!.GetValue<string>(), next, kid: "next");

        var (exitCode, output) = await ReceiptReading.Verify([download], $$"""{ "keys": [{{Jwk(next, "next").ToJsonString()}}] }""");

        exitCode.ShouldBe(0, output);
        output.ShouldContain("receipts by published keys: 0, by enclosed keys: 3.");
    }

    [Fact]
    public async Task No_algorithm_but_ours_is_believed()
    {
        var (original, payload) = (Receipt(1), Receipt(1).Split('.')[1]);
        Receipts[1] = $"{Header(original, "none")}.{payload}.";
        await ShouldFail("Receipt 2 is signed by none, and RS256 is the only algorithm of receipts.");

        // The public key as the secret of an HMAC: as PEM and as its modulus.
        var modulus = Base64UrlEncoder.DecodeBytes(JsonNode.Parse(jwks)!["keys"]![0]!["n"]!.GetValue<string>());
        using var rsa = RSA.Create(new RSAParameters { Modulus = modulus, Exponent = [1, 0, 1] });
        foreach (var secret in (byte[][])[Encoding.ASCII.GetBytes(rsa.ExportSubjectPublicKeyInfoPem()), modulus])
        {
            var input = $"{Header(original, "HS256")}.{payload}";
            Receipts[1] = $"{input}.{Base64UrlEncoder.Encode(HMACSHA256.HashData(secret, Encoding.ASCII.GetBytes(input)))}";
            await ShouldFail("Receipt 2 is signed by HS256");
        }
    }

    [Fact]
    public async Task Nothing_else_that_we_sign_passes_for_a_receipt()
    {
        Receipts[1] = download["chain"]!.GetValue<string>();

        await ShouldFail("Receipt 2 is of type hutong-receipt-chain+jwt");
    }

    [Fact]
    public async Task Parts_of_a_long_chain_verify_together_in_their_order()
    {
        using var browser = new TestBrowser(identity, platforms);
        await browser.SignIn("li-na", "weibo");
        var rest = await browser.Receipts("/account/receipts?after=1");
        var first = download.DeepClone().AsObject();
        first["receipts"] = new JsonArray(Receipt(0));

        (await ReceiptReading.Verify([first, rest], jwks)).ExitCode.ShouldBe(0);
        (await ReceiptReading.Verify([rest, first], jwks)).ExitCode.ShouldBe(1);
        (await ReceiptReading.Verify([rest], jwks)).ExitCode.ShouldBe(1);
        (await ReceiptReading.Verify([])).ExitCode.ShouldBe(2);
    }

    private async Task ShouldFail(string because)
    {
        var (exitCode, output) = await Verify();
        output.ShouldContain(because);
        exitCode.ShouldBe(1);
    }

    private Task<(int ExitCode, string Output)> Verify() => ReceiptReading.Verify([download], jwks);

    private string Receipt(int index) => Receipts[index]!.GetValue<string>();

    private static string Header(string jws, string algorithm)
    {
        var header = ReceiptReading.Header(jws);
        header["alg"] = algorithm;
        return Base64UrlEncoder.Encode(header.ToJsonString());
    }

    private static string Signed(string jws, RSA key, string? kid, Action<JsonObject>? change = null)
    {
        var (header, payload) = (ReceiptReading.Header(jws), ReceiptReading.Payload(jws));
        if (kid is not null)
            header["kid"] = kid;
        change?.Invoke(payload);
        var input = $"{Base64UrlEncoder.Encode(header.ToJsonString())}.{Base64UrlEncoder.Encode(payload.ToJsonString())}";
        return $"{input}.{Base64UrlEncoder.Encode(key.SignData(Encoding.ASCII.GetBytes(input), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";
    }

    private static JsonObject Jwk(RSA key, string kid)
    {
        var parameters = key.ExportParameters(includePrivateParameters: false);
        return new()
        {
            ["kty"] = "RSA", ["kid"] = kid, ["n"] = Base64UrlEncoder.Encode(parameters.Modulus), ["e"] = Base64UrlEncoder.Encode(parameters.Exponent),
        };
    }
}
