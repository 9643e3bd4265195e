using Hutong.IdentityLink.Persons;
using Hutong.Testing;

namespace Hutong.IdentityLink.Tests.Storage;

public sealed class StoredEventSpecs
{
    [Fact]
    public void What_was_stored_is_read_and_written_as_it_was() => FrozenSamples.Check(StoredEvents.Types);
}
