namespace Hutong.EventStore.PersonalData.Rotation;

/// <summary>Secrets of one kind under one key-encryption key.</summary>
/// <param name="KekId">The key-encryption key.</param>
/// <param name="Secrets">What they are called.</param>
/// <param name="Count">How many.</param>
public sealed record KeyUseLine(string KekId, string Secrets, long Count)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Secrets} {Count}";
}

/// <summary>What each key-encryption key is needed for.</summary>
/// <param name="Current">The one that wraps from now on.</param>
/// <param name="Others">The others that are configured.</param>
/// <param name="Lines">What lies in the database.</param>
public sealed record KeyUse(string Current, IReadOnlyList<string> Others, IReadOnlyList<KeyUseLine> Lines)
{
    /// <summary>Keys that are needed and not configured.</summary>
    public IReadOnlyList<string> Missing =>
        [.. Lines.Select(line => line.KekId).Distinct().Where(id => id != Current && !Others.Contains(id)).Order(StringComparer.Ordinal)];

    /// <summary>Keys that are configured and needed by nothing any more.</summary>
    public IReadOnlyList<string> Unused => [.. Others.Where(id => Lines.All(line => line.KekId != id))];

    /// <summary>Whether everything is wrapped by the current key.</summary>
    public bool IsSettled => Lines.All(line => line.KekId == Current);

    /// <summary>What a key is needed for, such as <c>person_key 12, signing_key 1</c>; null for nothing.</summary>
    public string? NeededFor(string kekId) =>
        string.Join(", ", Lines.Where(line => line.KekId == kekId)) is { Length: > 0 } lines ? lines : null;

    /// <summary>What to say of the keys that are missing; null when none is.</summary>
    public string? Complaint => Missing.Count == 0
        ? null
        : string.Join(" ", Missing.Select(id =>
            $"Key-encryption key '{id}' is missing and still needed ({NeededFor(id)}): set Keys:KeyEncryptionKeys:{id} again."));
}
