namespace Hutong.Launcher.Deploying;

/// <summary>The addresses a deployment is reached at from outside.</summary>
/// <param name="ports">The ports in use.</param>
public sealed class Addresses(PortPlan ports)
{
    /// <summary>The provider, the APIs and the embeds.</summary>
    public Uri Origin => new($"http://localhost:{ports[Listener.Gateway]}");

    /// <summary>The social site.</summary>
    public Uri Social => Site("social");

    /// <summary>The shop site.</summary>
    public Uri Shop => Site("shop");

    /// <summary>The brand console.</summary>
    public Uri Brand => Site("brand");

    /// <summary>The demo's partner app.</summary>
    public Uri Partner => new($"http://partner.localhost:{ports[Listener.Partner]}");

    /// <summary>A simulated platform, as browsers see it.</summary>
    public Uri Platform(string name) => new($"http://{name}.localhost:{ports[Listener.Simulators]}");

    /// <summary>The simulated platforms, as programs see them.</summary>
    public Uri Simulators => new($"http://localhost:{ports[Listener.Simulators]}");

    /// <summary>One of our sites by its name.</summary>
    public Uri Site(string name) => new($"http://{name}.localhost:{ports[Listener.Gateway]}");
}
