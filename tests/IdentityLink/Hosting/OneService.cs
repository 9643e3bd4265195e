namespace Hutong.IdentityLink.Tests.Hosting;

/// <summary>Specs that share one running service.</summary>
[CollectionDefinition]
public sealed class OneService : ICollectionFixture<IdentityService>;
