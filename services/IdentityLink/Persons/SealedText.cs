using Hutong.EventStore.PersonalData;

namespace Hutong.IdentityLink.Persons;

internal static class SealedText
{
    /// <summary>Seals a value that may be missing.</summary>
    public static Sealed? SealOptional(this PersonKey key, string? value) => value is null ? null : key.Seal(value);

    /// <summary>Opens a value that may be missing.</summary>
    public static string? OpenOptional(this PersonKey key, Sealed? value) => value is { } sealedValue ? key.Open(sealedValue) : null;
}
