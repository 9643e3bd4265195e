using Hutong.EventStore;
using Hutong.EventStore.PersonalData.Erasures;

namespace Hutong.IdentityLink.Erasing;

/// <summary>Export, erasure, and the ledger of erasures.</summary>
internal static class ErasingServices
{
    public static void AddErasing(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton<ErasingPersons>();
        services.AddSingleton<Exporting>();
        services.AddSingleton<ErasureRecords>();
        builder.AddErasureReplay<ReplayingErasures>();
        if (builder.Configuration["Erasing:Ledger"] is not { Length: > 0 } folder)
            return;
        var writer = builder.Configuration["Instance"] ?? $"{Environment.MachineName}-{Environment.ProcessId}";
        services.AddSingleton(_ => new ErasureLedger(folder, writer));
        services.AddHostedService<RecordingErasures>();
    }
}
