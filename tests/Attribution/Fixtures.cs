using Hutong.Testing;

[assembly: AssemblyFixture(typeof(Servers))]
[assembly: AssemblyFixture(typeof(InternalTokens))]

namespace Hutong.Attribution.Tests;

/// <summary>
/// Two instances of Attribution, and the services it hears from, on real servers; shared by the tests, each of which uses
/// people and posts of its own.
/// </summary>
public sealed class Credits(Servers servers, InternalTokens tokens) : IAsyncLifetime
{
    public ServiceUnderTest<Program> Service { get; private set; } = null!;

    public ServiceUnderTest<Program> Other { get; private set; } = null!;

    public Neighbours Neighbours { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Service = await ServiceUnderTest<Program>.Start(servers, tokens, "attribution");
        Other = await Service.Another();
        Neighbours = await Neighbours.Start(servers, Service.Settings["ConnectionStrings:Broker"]!);
    }

    public async ValueTask DisposeAsync()
    {
        await Neighbours.DisposeAsync();
        await Other.DisposeAsync();
        await Service.DisposeAsync();
    }
}

[CollectionDefinition(nameof(Credits))]
public sealed class CreditsCollection : ICollectionFixture<Credits>;
