using Hutong.Testing;

[assembly: AssemblyFixture(typeof(Servers))]
[assembly: AssemblyFixture(typeof(InternalTokens))]

namespace Hutong.SocialFeed.Tests;

/// <summary>Two instances of Social-Feed on one database and broker, shared by the tests: each test uses people of its own.</summary>
public sealed class Feed(Servers servers, InternalTokens tokens) : IAsyncLifetime
{
    public ServiceUnderTest<Program> Service { get; private set; } = null!;

    public ServiceUnderTest<Program> Other { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Service = await ServiceUnderTest<Program>.Start(servers, tokens, "social-feed");
        Other = await Service.Another();
    }

    public async ValueTask DisposeAsync()
    {
        await Other.DisposeAsync();
        await Service.DisposeAsync();
    }
}

[CollectionDefinition(nameof(Feed))]
public sealed class FeedCollection : ICollectionFixture<Feed>;
