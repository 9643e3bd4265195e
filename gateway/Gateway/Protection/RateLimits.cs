using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using Hutong.Gateway.Pages;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;

namespace Hutong.Gateway.Protection;

/// <summary>How much one client address may ask for, <c>RateLimits</c>. Each is a bucket of a minute's worth that fills evenly.</summary>
internal sealed class RateLimitOptions
{
    /// <summary>False turns all limits off, for load tests.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Requests of any kind, a minute.</summary>
    [Range(1, int.MaxValue)]
    public int PerMinute { get; init; } = 12_000;

    /// <summary>Requests that belong to signing in, a minute.</summary>
    [Range(1, int.MaxValue)]
    public int SigningInPerMinute { get; init; } = 600;

    /// <summary>Requests of the token and userinfo endpoints, a minute: a partner's server has one address for all its people.</summary>
    [Range(1, int.MaxValue)]
    public int TokensPerMinute { get; init; } = 3_000;
}

/// <summary>Limits what one client address may ask for.</summary>
internal static class RateLimits
{
    public const string SigningIn = "signing-in";
    public const string Tokens = "tokens";

    private const int IPv6NetworkBytes = 8;

    public static void AddRateLimits(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<RateLimitOptions>().BindConfiguration("RateLimits").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddRateLimiter(limiter =>
        {
            limiter.AddPolicy(SigningIn, context => Bucket(context, options => options.SigningInPerMinute));
            limiter.AddPolicy(Tokens, context => Bucket(context, options => options.TokensPerMinute));
            limiter.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(context =>
                Bucket(context, options => options.PerMinute));
            limiter.OnRejected = Reject;
        });
    }

    private static RateLimitPartition<string> Bucket(HttpContext context, Func<RateLimitOptions, int> perMinute)
    {
        var options = context.RequestServices.GetRequiredService<IOptions<RateLimitOptions>>().Value;
        if (!options.Enabled || context.Request.Path.StartsWithSegments("/health"))
            return RateLimitPartition.GetNoLimiter("");
        return RateLimitPartition.GetTokenBucketLimiter(Network(context.Connection.RemoteIpAddress), _ =>
        {
            var limit = perMinute(options);
            return new TokenBucketRateLimiterOptions
            {
                TokenLimit = limit,
                TokensPerPeriod = Math.Max(1, limit / 60),
                ReplenishmentPeriod = TimeSpan.FromMinutes(1) * Math.Max(1, limit / 60) / limit,
                AutoReplenishment = true,
                QueueLimit = 0,
            };
        });
    }

    /// <summary>An IPv6 client owns a whole /64.</summary>
    private static string Network(IPAddress? address) => address switch
    {
        null => "",
        { IsIPv4MappedToIPv6: true } => address.MapToIPv4().ToString(),
        { AddressFamily: AddressFamily.InterNetworkV6 } => Convert.ToHexStringLower(address.GetAddressBytes().AsSpan(0, IPv6NetworkBytes)),
        _ => address.ToString(),
    };

    private static async ValueTask Reject(OnRejectedContext rejected, CancellationToken cancellation)
    {
        var wait = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.FromSeconds(1);
        rejected.HttpContext.Response.Headers.RetryAfter =
            Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        await rejected.HttpContext.Refuse("too_many_requests");
    }
}
