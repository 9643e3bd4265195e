using Hutong.Testing;

namespace Hutong.Attribution.Tests;

public sealed class StoredShapeSpecs
{
    [Fact]
    public void The_stored_shapes_are_as_they_were() => FrozenSamples.Check(AttributionEvents.Types);
}
