using System.Diagnostics;

namespace Hutong.Messaging;

/// <summary>The messaging layer's trace source. MassTransit's own spans come from the source <c>MassTransit</c>.</summary>
public static class MessagingTelemetry
{
    /// <summary>The source's name, for the telemetry set-up.</summary>
    public const string SourceName = "Hutong.Messaging";

    internal static readonly ActivitySource Source = new(SourceName);
}
