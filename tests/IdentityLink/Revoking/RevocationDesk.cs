using System.Net;
using System.Text.Json.Nodes;
using Hutong.IdentityLink.Revoking;
using Hutong.IdentityLink.Tests.Hosting;
using Hutong.IdentityLink.Tests.Operating;
using Hutong.Testing;

namespace Hutong.IdentityLink.Tests.Revoking;

/// <summary>An operator who revokes, at the second of two instances.</summary>
internal static class RevocationDesk
{
    /// <summary>A time before all that specs do.</summary>
    public static DateTimeOffset LongAgo { get; } = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static async Task<(HttpStatusCode Status, JsonObject Body)> Preview(
        this OperatorDesk desk, object of, Guid? afterSession = null, Guid? afterGrant = null)
    {
        using var api = await desk.Api(OperatorDesk.Operator);
        return await api.Operate("revocations/preview", new { reason = OperatorDesk.Reason, of, afterSession, afterGrant });
    }

    public static async Task<(HttpStatusCode Status, JsonObject Body)> Revoke(this OperatorDesk desk, object of, string? key = null)
    {
        using var api = await desk.Api(OperatorDesk.Operator);
        api.DefaultRequestHeaders.Add("Idempotency-Key", key ?? Guid.NewGuid().ToString());
        return await api.Operate("revocations", new { reason = OperatorDesk.Reason, of });
    }

    /// <summary>Revokes, and returns the revocation's id.</summary>
    public static async Task<Guid> Revoked(this OperatorDesk desk, object of)
    {
        var (status, body) = await desk.Revoke(of);
        status.ShouldBe(HttpStatusCode.Accepted, body.ToJsonString());
        return body["revocationId"]!.GetValue<Guid>();
    }

    public static async Task<RevocationProgress> Completed(this IdentityService identity, Revocations revocations, Guid id)
    {
        await Eventually.True(async () => (await revocations.Find(id, default))!.CompletedAt is not null);
        return (await revocations.Find(id, default))!;
    }

    /// <summary>The stream id of a person's account.</summary>
    public static async Task<string> AccountOf(this IdentityService identity, Guid person, string platform) =>
        (string)(await identity.Scalar("select account from linked_account where person_id = $1 and platform = $2", person, platform))!;
}
