namespace Hutong.Launcher.Walk;

/// <summary>Where the brand's product feed comes from.</summary>
internal interface ICatalogue
{
    /// <summary>A Google Merchant product feed, tab-separated values in UTF-8.</summary>
    Task<byte[]> Feed(CancellationToken cancellation);
}
