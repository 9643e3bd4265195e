using System.Threading.RateLimiting;
using Hutong.IdentityLink.Provider;
using Microsoft.Extensions.Options;

namespace Hutong.IdentityLink.Limits;

/// <summary>
/// Limits by account, person and client. All count after the proof and never before it: whoever only names a victim, with
/// a wrong secret or somebody else's client id, takes nothing from the victim's share. So nobody can be locked out.
/// </summary>
public sealed class ProvedLimits : IDisposable
{
    private readonly bool enabled;
    private readonly PartitionedRateLimiter<string> accounts;
    private readonly PartitionedRateLimiter<(Guid Person, string Client)> persons;
    private readonly PartitionedRateLimiter<Guid> changes;
    private readonly PartitionedRateLimiter<string> replays;
    private readonly PartitionedRateLimiter<string> clients;

    /// <summary>Takes the limits from configuration.</summary>
    public ProvedLimits(IOptions<LimitOptions> options)
    {
        enabled = options.Value.Enabled;
        accounts = Buckets<string>(options.Value.SignInsPerMinute);
        persons = Buckets<(Guid, string)>(options.Value.AuthorizationsPerMinute);
        changes = Buckets<Guid>(options.Value.ClientChangesPerMinute);
        replays = Buckets<string>(options.Value.ReplaysPerMinute);
        clients = Buckets<string>(options.Value.ClientRequestsPerMinute);
    }

    /// <summary>The answer to somebody who signs in again and again.</summary>
    public const string TooManySignIns = "too_many_sign_ins";

    /// <summary>Whether an account, which was just proved, may sign in once more.</summary>
    public bool MaySignIn(string account) => Take(accounts, account);

    /// <summary>
    /// Whether a signed-in person may let a client have something once more. Each client has a share of its own: a page that
    /// sends a browser to one again and again keeps it from no other.
    /// </summary>
    public bool MayAuthorize(Guid personId, Client client) => Take(persons, (personId, client.Id));

    /// <summary>The answer to somebody who registers or changes clients again and again.</summary>
    public const string TooManyClientChanges = "too_many_client_changes";

    /// <summary>Whether a signed-in person may register or change a client once more.</summary>
    public bool MayChangeClients(Guid personId) => Take(changes, personId);

    /// <summary>Whether a client that proved who it is may have events delivered again once more.</summary>
    public bool MayReplay(Client client) => Take(replays, client.Id);

    /// <summary>
    /// Whether a client that proved who it is may ask once more. Our own sites may, always: they ask for everybody. So may
    /// one that can prove nothing: its id is in every copy of the app.
    /// </summary>
    public bool MayAsk(Client client) =>
        client.IsSite || client.IsPublic || client.Id == Clients.Gateway || Take(clients, client.Id);

    /// <inheritdoc/>
    public void Dispose()
    {
        accounts.Dispose();
        persons.Dispose();
        changes.Dispose();
        replays.Dispose();
        clients.Dispose();
    }

    private bool Take<T>(PartitionedRateLimiter<T> buckets, T whose)
    {
        if (!enabled)
            return true;
        using var lease = buckets.AttemptAcquire(whose);
        return lease.IsAcquired;
    }

    private static PartitionedRateLimiter<T> Buckets<T>(int perMinute) where T : notnull =>
        PartitionedRateLimiter.Create<T, T>(whose => RateLimitPartition.GetTokenBucketLimiter(whose, _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = perMinute,
            TokensPerPeriod = Math.Max(1, perMinute / 60),
            ReplenishmentPeriod = TimeSpan.FromMinutes(1) * Math.Max(1, perMinute / 60) / perMinute,
            AutoReplenishment = true,
            QueueLimit = 0,
        }));
}
