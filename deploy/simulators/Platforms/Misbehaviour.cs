using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hutong.Simulators.Platforms;

/// <summary>A way to misbehave, by the name that <c>PUT /misbehave/{platform}</c> takes.</summary>
[JsonConverter(typeof(ModeNames))]
internal enum Mode
{
    /// <summary>Whatever the person decides, the platform says that they refused.</summary>
    Deny,

    /// <summary>Calls are never answered.</summary>
    TimeOut,

    /// <summary>Calls are answered late.</summary>
    Slow,

    /// <summary>Calls are answered by a page.</summary>
    Nonsense,

    /// <summary>A code is handed out that was used before.</summary>
    ReuseCode,

    /// <summary>What is handed out was made for another app.</summary>
    OtherApp,

    /// <summary>The union id stays out.</summary>
    OmitUnionid,

    /// <summary>The visitor is one that the platform made up.</summary>
    SnapshotUser,
}

/// <summary>As in <c>time-out</c>.</summary>
internal sealed class ModeNames() : JsonStringEnumConverter<Mode>(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false);

/// <summary>What a platform is told to do wrong.</summary>
/// <param name="Mode">How.</param>
/// <param name="Calls">How many times from now; without it until told otherwise.</param>
/// <param name="Milliseconds">How late <see cref="Platforms.Mode.Slow"/> is.</param>
internal sealed record Instruction(Mode Mode, int? Calls = null, int Milliseconds = 2000);

/// <summary>Marks what is for browsers and not for programs: calls that go wrong are those of programs.</summary>
internal sealed class ForBrowsers
{
    public static readonly ForBrowsers Mark = new();
}

/// <summary>What one platform does wrong at the moment, if anything.</summary>
internal sealed class Misbehaviour(string platform, IReadOnlyCollection<Mode> own)
{
    /// <summary>The app whose codes and tokens <see cref="Mode.OtherApp"/> hands out. It is a number, as Weibo's are.</summary>
    public const string AnotherApp = "999999";

    /// <summary>Longer than anybody waits.</summary>
    private static readonly TimeSpan Never = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private Instruction? _told;

    public string Platform => platform;

    /// <summary>What it was told, with the calls that are left; null when it behaves.</summary>
    public Instruction? Told
    {
        get
        {
            lock (_lock)
                return _told;
        }
        set
        {
            lock (_lock)
                _told = value;
        }
    }

    /// <summary>Whether the platform can misbehave like this.</summary>
    public bool Knows(Mode mode) => mode is not (Mode.OmitUnionid or Mode.SnapshotUser) || own.Contains(mode);

    /// <summary>Whether it is to misbehave like this now; each yes is one of the calls it was told.</summary>
    public bool Takes(Mode mode) => Take(told => told.Mode == mode) is not null;

    /// <summary>Around every endpoint: what goes wrong with a call whatever the call is.</summary>
    public async ValueTask<object?> Meddle(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (http.GetEndpoint()?.Metadata.GetMetadata<ForBrowsers>() is not null)
            return await next(context);
        var told = Take(told => told.Mode is Mode.TimeOut or Mode.Slow or Mode.Nonsense);
        if (told?.Mode == Mode.Nonsense)
            return Results.Text("<html><body>系统繁忙，请稍候再试！</body></html>", "text/html; charset=utf-8");
        if (told is null)
            return await next(context);
        try
        {
            await Task.Delay(told.Mode == Mode.TimeOut ? Never : TimeSpan.FromMilliseconds(told.Milliseconds), http.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            return Results.Empty;
        }
        return await next(context);
    }

    private Instruction? Take(Func<Instruction, bool> applies)
    {
        lock (_lock)
        {
            if (_told is not { } told || !applies(told))
                return null;
            if (told.Calls is { } calls)
                _told = calls > 1 ? told with { Calls = calls - 1 } : null;
            return told;
        }
    }
}
