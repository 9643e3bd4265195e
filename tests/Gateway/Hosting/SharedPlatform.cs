using Hutong.Testing;

namespace Hutong.Gateway.Tests.Hosting;

/// <summary>One platform for the specs that change nothing of it: each uses browsers and persons of its own.</summary>
public sealed class SharedPlatform(Servers servers) : IAsyncLifetime
{
    public Platform Platform { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Platform = await Platform.Start(servers, gateways: 2);

    public ValueTask DisposeAsync() => Platform.DisposeAsync();
}

[CollectionDefinition]
public sealed class OnSharedPlatform : ICollectionFixture<SharedPlatform>;
