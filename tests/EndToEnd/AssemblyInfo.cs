// One deployment for all: what one test class does to the clock of the machine is another's waiting time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
[assembly: AssemblyFixture(typeof(Hutong.EndToEnd.Tests.Fixtures.RunningSystem))]
