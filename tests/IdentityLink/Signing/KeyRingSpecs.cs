using System.Text;
using System.Text.Json.Nodes;
using Hutong.IdentityLink.Signing;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Hutong.IdentityLink.Tests.Signing;

public sealed class KeyRingSpecs : IDisposable
{
    private static readonly TimeSpan LongestToken = TimeSpan.FromHours(1);
    private static readonly SigningKeyOptions Options = new();
    private static readonly DateTimeOffset Start = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly SigningKey[] signers = [.. Enumerable.Range(0, 4).Select(_ => SigningKey.Of("ES256", SigningAlgorithms.NewKey("ES256")))];

    public void Dispose()
    {
        foreach (var signer in signers)
            signer.Dispose();
    }

    [Fact]
    public void A_key_is_published_before_it_signs_and_until_its_longest_token_has_ended()
    {
        HeldKey[] keys = [Key(3, TimeSpan.FromDays(60)), Key(2, TimeSpan.FromDays(30)), Key(1, TimeSpan.Zero)];

        States(keys, TimeSpan.FromDays(29)).ShouldBe([KeyState.Next, KeyState.Next, KeyState.Current]);
        States(keys, TimeSpan.FromDays(30)).ShouldBe([KeyState.Next, KeyState.Current, KeyState.Retiring]);
        States(keys, TimeSpan.FromDays(30) + LongestToken).ShouldBe([KeyState.Next, KeyState.Current, KeyState.Archived]);

        var ring = Ring(keys, TimeSpan.FromDays(31));
        Kids(ring.Jwks).ShouldBe([keys[1].Kid, keys[0].Kid]);
        Kids(ring.Archive).ShouldBe([keys[0].Kid, keys[1].Kid, keys[2].Kid]);
        ring.Verifying.Select(key => key.KeyId).ShouldContain(keys[2].Kid, "an id token that comes back as a hint may be old");
        ring.Signer("ES256").Public.Kid.ShouldBe(keys[1].Kid);
    }

    [Fact]
    public void A_withdrawn_key_is_believed_by_nobody_and_its_time_does_not_come_back_to_the_one_before()
    {
        HeldKey[] keys =
        [
            Key(2, TimeSpan.FromDays(30)) with { WithdrawnAt = Start + TimeSpan.FromDays(40) },
            Key(1, TimeSpan.Zero),
        ];

        var ring = Ring(keys, TimeSpan.FromDays(40));

        ring.Keys.Select(key => key.State).ShouldBe([KeyState.Withdrawn, KeyState.Archived]);
        ring.Current("ES256").ShouldBeNull();
        ring.Verifying.Select(key => key.KeyId).ShouldBe([keys[1].Kid]);
        Kids(ring.Jwks).ShouldBeEmpty();
        var archived = JsonNode.Parse(ring.Archive)!["keys"]!.AsArray();
        archived[0]!["revoked"]!["revoked_at"]!.GetValue<long>().ShouldBe((Start + TimeSpan.FromDays(40)).ToUnixTimeSeconds());
        archived[1]!["exp"]!.GetValue<long>().ShouldBe((Start + TimeSpan.FromDays(30)).ToUnixTimeSeconds());
        archived[1]!.AsObject().ContainsKey("revoked").ShouldBeFalse();
    }

    [Fact]
    public void A_key_that_was_withdrawn_before_it_signed_takes_nobodys_place()
    {
        HeldKey[] keys = [Key(2, TimeSpan.FromDays(30)) with { WithdrawnAt = Start + TimeSpan.FromDays(10) }, Key(1, TimeSpan.Zero)];
        States(keys, TimeSpan.FromDays(31)).ShouldBe([KeyState.Withdrawn, KeyState.Current]);
    }

    [Fact]
    public void It_is_an_alarm_when_a_key_nears_its_end_with_none_to_follow_it_or_is_past_it()
    {
        HeldKey[] lone = [Key(1, TimeSpan.Zero)];
        Alarm(lone, TimeSpan.FromDays(26)).ShouldBeNull();
        Alarm(lone, TimeSpan.FromDays(28)).ShouldBe($"The ES256 key {lone[0].Kid} ends at 2026-12-01 00:00:00Z, and none is published to follow it.");

        HeldKey[] followedLate = [Key(2, TimeSpan.FromDays(90)), Key(1, TimeSpan.Zero)];
        Alarm(followedLate, TimeSpan.FromDays(29)).ShouldBeNull();
        Alarm(followedLate, TimeSpan.FromDays(31)).ShouldBe(
            $"The ES256 key {followedLate[1].Kid} was to be replaced at 2026-12-01 00:00:00Z, and signs until 2027-01-30 00:00:00Z.");
        Alarm([Key(2, TimeSpan.FromDays(30)), Key(1, TimeSpan.Zero)], TimeSpan.FromDays(30)).ShouldBeNull();
    }

    [Theory]
    [InlineData("RS256")]
    [InlineData("ES256")]
    public async Task What_a_key_signs_is_a_jws_that_others_read(string algorithm)
    {
        using var key = SigningKey.Of(algorithm, SigningAlgorithms.NewKey(algorithm));

        var jws = key.Sign("at+jwt", Encoding.UTF8.GetBytes("""{"sub":"互通","aud":"x"}"""));

        var result = await new JsonWebTokenHandler().ValidateTokenAsync(jws, new TokenValidationParameters
        {
            ValidateIssuer = false,
            ValidateLifetime = false,
            ValidAudience = "x",
            ValidTypes = ["at+jwt"],
            ValidAlgorithms = [algorithm],
            IssuerSigningKey = key.Public.ToSecurityKey(),
        });
        result.IsValid.ShouldBeTrue(result.Exception?.Message);
        ((JsonWebToken)result.SecurityToken).Subject.ShouldBe("互通");
        ((JsonWebToken)result.SecurityToken).Kid.ShouldBe(key.Public.Kid);
    }

    private HeldKey Key(int generation, TimeSpan signsFrom) =>
        new(signers[generation].Public, generation, Start, Start + signsFrom, WithdrawnAt: null);

    private KeyRing Ring(HeldKey[] keys, TimeSpan at) =>
        new(keys, signers.ToDictionary(signer => signer.Public.Kid), Start + at, LongestToken);

    private KeyState[] States(HeldKey[] keys, TimeSpan at) => [.. Ring(keys, at).Keys.Select(key => key.State)];

    private string? Alarm(HeldKey[] keys, TimeSpan at)
    {
        var rsa = new HeldKey(new("RSA", "sig", "RS256", "rsa"), 1, Start, Start, null);
        var next = new HeldKey(new("RSA", "sig", "RS256", "rsa-next"), 2, Start, Start + TimeSpan.FromDays(30), null);
        return KeyAlarm.Of(Ring([next, rsa, .. keys], at), Start + at, Options)?.Replace("No key signs by RS256. ", "", StringComparison.Ordinal);
    }

    private static string[] Kids(byte[] jwks) => [.. JsonNode.Parse(jwks)!["keys"]!.AsArray().Select(key => key!["kid"]!.GetValue<string>())];
}
