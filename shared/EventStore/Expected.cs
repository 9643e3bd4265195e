namespace Hutong.EventStore;

/// <summary>
/// What a writer expects of a stream before its events are appended: an exact version, no stream at all,
/// a stream with at least one event, or nothing in particular.
/// </summary>
public readonly record struct Expected
{
    private const long AnyCode = -1;
    private const long ExistsCode = -2;

    private Expected(long code) => Code = code;

    /// <summary>The stream has no events yet.</summary>
    public static Expected None => new(0);

    /// <summary>The stream has at least one event.</summary>
    public static Expected Exists => new(ExistsCode);

    /// <summary>The stream may be in any state; it is created when missing.</summary>
    public static Expected Any => new(AnyCode);

    /// <summary>The stream's last event has exactly this version. <c>Exactly(0)</c> is <see cref="None"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The version is negative.</exception>
    public static Expected Exactly(long version)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(version);
        return new Expected(version);
    }

    /// <summary>The form the append function takes: a version, or −1 for any, −2 for exists.</summary>
    internal long Code { get; }

    /// <summary>Whether the expectation can hold for a stream that is not there, so that appending creates it.</summary>
    internal bool MayCreate => Code is 0 or AnyCode;

    /// <inheritdoc/>
    public override string ToString() => Code switch
    {
        0 => "no stream",
        AnyCode => "any version",
        ExistsCode => "an existing stream",
        _ => $"version {Code}",
    };
}
