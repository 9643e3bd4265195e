using Hutong.Testing;

namespace Hutong.SocialFeed.Tests;

public sealed class StoredEventSpecs
{
    [Fact]
    public void Stored_events_keep_their_names_and_shapes() => FrozenSamples.Check(FeedEvents.Types);
}
