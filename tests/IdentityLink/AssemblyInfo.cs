[assembly: AssemblyFixture(typeof(Hutong.Testing.Servers))]
[assembly: AssemblyFixture(typeof(Hutong.IdentityLink.Tests.Hosting.SimulatedPlatforms))]
