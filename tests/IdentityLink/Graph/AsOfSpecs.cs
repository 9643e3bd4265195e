using System.Globalization;
using Hutong.IdentityLink.Graph;

namespace Hutong.IdentityLink.Tests.Graph;

public sealed class AsOfSpecs
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 9, 30, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("2026-11-22T09:00:00Z")]
    [InlineData("2026-11-22T17:00:00+08:00")]
    [InlineData("2026-11-22t09:00:00.000z")]
    public void A_time_is_written_as_rfc_3339_has_it(string text) =>
        AsOf.Read(text, null, Now).Value.ShouldBe(new AsOf(DateTimeOffset.Parse("2026-11-22T09:00:00Z", CultureInfo.InvariantCulture), null));

    [Theory]
    [InlineData("")]
    [InlineData("yesterday")]
    [InlineData("2026-11-22")]
    [InlineData("2026-11-22T09:00:00")]
    [InlineData("2026-11-22T09:00:00 08:00")]
    [InlineData("2026-02-30T09:00:00Z")]
    [InlineData("0001-01-01T00:00:00+14:00")]
    [InlineData("1763798400")]
    public void What_is_no_time_is_refused(string text)
    {
        AsOf.Read(text, null, Now).Rejection!.Code.ShouldBe(AsOf.Unreadable);
        AsOf.Read(null, text, Now).Rejection!.Code.ShouldBe(AsOf.Unreadable);
    }

    [Fact]
    public void Neither_time_is_in_the_future_nor_is_anything_known_before_it_was()
    {
        AsOf.Read("2026-11-22T09:31:00Z", null, Now).Rejection!.Code.ShouldBe(AsOf.InFuture);
        AsOf.Read(null, "2026-11-22T09:31:00Z", Now).Rejection!.Code.ShouldBe(AsOf.InFuture);
        AsOf.Read("2026-11-22T09:00:01Z", "2026-11-22T09:00:00Z", Now).Rejection!.Code.ShouldBe(AsOf.NotKnownYet);
    }

    [Fact]
    public void Without_times_it_is_now_and_what_was_known_at_a_time_is_asked_of_that_time()
    {
        AsOf.Read(null, null, Now).Value.ShouldBe(AsOf.Now);
        var known = AsOf.Read(null, "2026-11-22T09:00:00Z", Now).Value!;
        known.True.ShouldBe(known.Known);
    }
}
