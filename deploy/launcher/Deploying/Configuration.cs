namespace Hutong.Launcher.Deploying;

/// <summary>The configuration of every process of a deployment, as the environment variables it reads.</summary>
internal sealed class Configuration(DeploymentOptions options, Secrets secrets, InstancePorts ports)
{
    private static readonly string[] Sites = ["social", "shop", "brand"];

    private readonly Addresses _addresses = new(options.Ports);
    private readonly PlatformSettings _platforms = new(new Addresses(options.Ports), secrets);

    /// <summary>Every instance of the four services.</summary>
    public IEnumerable<OwnProcess> Services(DataServers servers) =>
    [
        .. Instances("identity-link", "services/IdentityLink", ports.IdentityLink, servers, IdentityLink()),
        .. Instances("social-feed", "services/SocialFeed", ports.SocialFeed, servers, []),
        .. Instances("commerce-card", "services/CommerceCard", ports.CommerceCard, servers, []),
        .. Instances("attribution", "services/Attribution", ports.Attribution, servers, []),
    ];

    /// <summary>Every instance of the gateway.</summary>
    public IEnumerable<OwnProcess> Gateways(DataServers servers) =>
        Instances("gateway", "gateway/Gateway", ports.Gateway, servers, Gateway());

    /// <summary>The simulated platforms.</summary>
    public OwnProcess Simulators()
    {
        var settings = new Dictionary<string, string?>(_platforms.Simulated()) { ["ASPNETCORE_URLS"] = Text(_addresses.Simulators) };
        return new OwnProcess("simulators", "deploy/simulators", options.Ports[Listener.Simulators], settings);
    }

    /// <summary>The partner app, which is Node's.</summary>
    public OwnProcess Partner() => new(
        "partner-app", "deploy/demo/partner-app", options.Ports[Listener.Partner], new Dictionary<string, string?>
        {
            ["PORT"] = $"{options.Ports[Listener.Partner]}",
            ["BASE_URL"] = Text(_addresses.Partner),
            ["ISSUER"] = Text(_addresses.Origin),
            ["CLIENT_ID"] = "demo-partner",
            ["CLIENT_SECRET"] = secrets.Password("client-demo-partner"),
        });

    private Dictionary<string, string?> IdentityLink()
    {
        var settings = new Dictionary<string, string?>(_platforms.Offered())
        {
            ["Keys__IdentifierHashKey"] = secrets.Key(Secrets.IdentifierHashKey),
            ["Erasing__Ledger"] = options.Ledger,
            // Everything of this deployment is on one machine, without TLS.
            ["PartnerCalls__ExemptHosts__0"] = "localhost",
            ["Provider__Clients__hutong-gateway__Name"] = "Hutong",
            ["Provider__Clients__hutong-gateway__SecretHash"] =
                Secrets.Hash(secrets.Password("client-hutong-gateway")),
        };
        foreach (var site in Sites)
            AddClient(settings, $"hutong-{site}", "Hutong", _addresses.Site(site),
                "/signin-oidc", "/signout-callback", options.Ports[Listener.Gateway], ours: true);
        AddClient(settings, "demo-partner", "Demo partner", _addresses.Partner,
            "/callback", "/signed-out", options.Ports[Listener.Partner], ours: false);
        return settings;
    }

    private void AddClient(
        Dictionary<string, string?> settings, string id, string name, Uri address,
        string callback, string afterSignOut, int port, bool ours)
    {
        var prefix = $"Provider__Clients__{id}__";
        settings[prefix + "Name"] = name;
        settings[prefix + "SecretHash"] = Secrets.Hash(secrets.Password($"client-{id}"));
        settings[prefix + "Sector"] = address.Host;
        settings[prefix + "Site"] = ours ? "true" : "false";
        settings[prefix + "RedirectUris__0"] = Text(address) + callback;
        settings[prefix + "PostLogoutRedirectUris__0"] = Text(address) + afterSignOut;
        // Called by a process, and only browsers resolve *.localhost: the gateway tells the sites apart by path.
        settings[prefix + "BackchannelLogoutUri"] =
            $"http://localhost:{port}/backchannel-logout" + (ours ? $"/{id["hutong-".Length..]}" : "");
    }

    private Dictionary<string, string?> Gateway()
    {
        var settings = new Dictionary<string, string?>();
        foreach (var client in Sites.Append("gateway"))
        {
            settings[$"Clients__{client}__ClientId"] = $"hutong-{client}";
            settings[$"Clients__{client}__ClientSecret"] = secrets.Password($"client-hutong-{client}");
        }
        return settings;
    }

    private IEnumerable<OwnProcess> Instances(
        string name, string project, int[] instancePorts, DataServers servers, Dictionary<string, string?> own)
    {
        for (var i = 0; i < instancePorts.Length; i++)
        {
            var settings = new Dictionary<string, string?>(own);
            foreach (var (key, value) in Common(name, servers))
                settings[key] = value;
            var instance = $"{name}-{i + 1}";
            settings["Instance"] = instance;
            settings["ASPNETCORE_URLS"] = $"http://localhost:{instancePorts[i]}";
            yield return new OwnProcess(
                instancePorts.Length == 1 ? name : instance, project, instancePorts[i], settings);
        }
    }

    private Dictionary<string, string?> Common(string service, DataServers servers)
    {
        var settings = new Dictionary<string, string?>
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["ConnectionStrings__Database"] = servers.Databases[service.Replace('-', '_')],
            ["ConnectionStrings__Broker"] = servers.Broker.ToString(),
            ["Public__Origin"] = Text(_addresses.Origin),
            ["Keys__Current"] = "first",
            ["Keys__KeyEncryptionKeys__first"] = secrets.Key(Secrets.KeyEncryptionKey(service)),
            ["OTEL_SERVICE_NAME"] = service,
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = options.Otlp is { } otlp ? Text(otlp) : null,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = options.Otlp is null ? null : options.OtlpProtocol,
            // Milliseconds: whoever watches one machine does not want to wait for it.
            ["OTEL_BSP_SCHEDULE_DELAY"] = "500",
            ["OTEL_METRIC_EXPORT_INTERVAL"] = "5000",
        };
        foreach (var site in Sites)
            settings[$"Public__Sites__{site}"] = Text(_addresses.Site(site));
        AddInstances("IdentityLink", ports.IdentityLink);
        AddInstances("SocialFeed", ports.SocialFeed);
        AddInstances("CommerceCard", ports.CommerceCard);
        AddInstances("Attribution", ports.Attribution);
        return settings;

        void AddInstances(string name, int[] instances)
        {
            for (var i = 0; i < instances.Length; i++)
                settings[$"Services__{name}__{i}"] = $"http://localhost:{instances[i]}";
        }
    }

    /// <summary>Without the slash that a bare origin gets as a <see cref="Uri"/>: <c>iss</c> has none.</summary>
    private static string Text(Uri address) => address.AbsoluteUri.TrimEnd('/');
}
