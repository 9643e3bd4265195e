using System.Reflection;
using System.Security.Cryptography;

namespace Hutong.IdentityLink.Pages;

/// <summary>A script of our pages: a file of its own, as the pages' policy lets no other script run.</summary>
internal sealed class ScriptAsset
{
    private readonly byte[] script;

    private ScriptAsset(string name, byte[] script)
    {
        this.script = script;
        Path = $"/assets/{name}.{Convert.ToHexStringLower(SHA256.HashData(script))[..12]}.js";
    }

    /// <summary>Its address; it changes with the content, so it may be cached for ever.</summary>
    public string Path { get; }

    /// <summary>A script that is embedded as <c>Hutong.IdentityLink.{folder}.{name}.js</c>.</summary>
    public static ScriptAsset Of(string folder, string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"Hutong.IdentityLink.{folder}.{name}.js")!;
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return new ScriptAsset(name, memory.ToArray());
    }

    public void Map(IEndpointRouteBuilder routes) => routes.MapGet(Path, (HttpResponse response) =>
    {
        response.Headers.CacheControl = "public, max-age=31536000, immutable";
        response.Headers.XContentTypeOptions = "nosniff";
        return TypedResults.Bytes(script, "text/javascript; charset=utf-8");
    }).AllowAnonymous();
}
