using Hutong.Testing;

namespace Hutong.CommerceCard.Tests;

public sealed class FrozenEventSpecs
{
    [Fact]
    public void Stored_events_are_read_and_written_as_when_they_were_frozen() => FrozenSamples.Check(CommerceEvents.Types);
}
