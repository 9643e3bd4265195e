namespace Hutong.IdentityLink.Revoking;

/// <summary>Revoking what was reached.</summary>
internal static class RevokingServices
{
    public static WebApplicationBuilder AddRevoking(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton<BlastRadius>();
        services.AddSingleton<RevokingReached>();
        services.AddSingleton<Revocations>();
        services.AddSingleton<RevocationWork>();
        services.AddHostedService<RevocationWorker>();
        return builder;
    }
}
