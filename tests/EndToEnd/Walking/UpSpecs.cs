using Hutong.Launcher;
using Hutong.Launcher.Deploying;
using Hutong.Launcher.Processes;

namespace Hutong.EndToEnd.Tests.Walking;

/// <summary>The launcher as a person starts it.</summary>
public sealed class UpSpecs(ITestOutputHelper output) : IDisposable
{
    private readonly string _folder =
        Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"hutong-up-{Guid.NewGuid():N}")).FullName;

    [Fact]
    public async Task A_second_start_goes_on_with_the_data_of_the_first_and_leaves_nothing_running()
    {
        var ports = PortPlan.Random();

        var first = await Up("first", ports);
        var second = await Up("second", ports);

        first.ShouldContain("imported the catalogue: 1894 products");
        first.ShouldContain("The journey holds");
        second.ShouldNotContain("imported the catalogue");
        second.ShouldContain("she consented on an earlier walk");
        second.ShouldContain("The journey holds");
        ports.MustBeFree(Listener.All);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task<string> Up(string name, PortPlan ports)
    {
        var log = Path.Combine(_folder, $"{name}.txt");
        var environment = Listener.All.ToDictionary(listener => listener.Setting, listener => (string?)$"{ports[listener]}");
        environment["HUTONG_DATA"] = Path.Combine(_folder, "data");
        environment["HUTONG_POSTGRES"] = environment["HUTONG_BROKER"] = environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = null;
        await using var up = await ChildProcess.Start(new ChildProcessOptions
        {
            Name = "deploy/up --exit",
            Program = "dotnet",
            Arguments = [typeof(LaunchException).Assembly.Location, "--exit"],
            Environment = environment,
            LogFile = log,
        });
        var code = await up.WaitForExit(TestContext.Current.CancellationToken);
        var said = await File.ReadAllTextAsync(log, TestContext.Current.CancellationToken);
        output.WriteLine(said);
        code.ShouldBe(0, said);
        return said;
    }
}
