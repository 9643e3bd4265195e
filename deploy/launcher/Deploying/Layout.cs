namespace Hutong.Launcher.Deploying;

/// <summary>Where the repository and the programs built from it are.</summary>
public sealed class Layout
{
    private readonly string _configuration;

    private Layout(string root, string configuration) => (Root, _configuration) = (root, configuration);

    /// <summary>The repository's folder.</summary>
    public string Root { get; }

    /// <summary>Found from our own place in it; we run what was built in the configuration we were built in.</summary>
    /// <exception cref="LaunchException">We do not lie in a built repository.</exception>
    public static Layout Find()
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory);
        // …/bin/<configuration>/<framework>/
        var configuration = own.Parent?.Name ?? "";
        for (var folder = own; folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Platform.sln")))
                return new Layout(folder.FullName, configuration);
        throw new LaunchException($"{own.FullName} is not inside the repository: start Hutong with deploy/up.");
    }

    /// <summary>A file or folder of the repository.</summary>
    public string At(string path) => Path.Combine(Root, path);

    /// <summary>The program built from a project.</summary>
    /// <param name="project">The project's folder: "services/IdentityLink".</param>
    /// <exception cref="LaunchException">It was not built.</exception>
    public string Program(string project)
    {
        var name = Path.GetFileName(project);
        var assembly = $"Hutong.{char.ToUpperInvariant(name[0])}{name[1..]}.dll";
        var framework = Path.GetFileName(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var program = Path.Combine(Root, project, "bin", _configuration, framework, assembly);
        return File.Exists(program)
            ? program
            : throw new LaunchException(
                $"{program} is missing: build with 'dotnet build Platform.sln -c {_configuration}'.");
    }
}
