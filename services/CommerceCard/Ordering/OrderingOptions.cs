using System.ComponentModel.DataAnnotations;

namespace Hutong.CommerceCard.Ordering;

/// <summary>Section <c>Ordering</c>.</summary>
internal sealed class OrderingOptions
{
    /// <summary>How long units are held for an unpaid order (<c>Ordering:ReserveFor</c>).</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan ReserveFor { get; set; } = TimeSpan.FromMinutes(15);
}
