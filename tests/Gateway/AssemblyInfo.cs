[assembly: AssemblyFixture(typeof(Hutong.Testing.Servers))]
