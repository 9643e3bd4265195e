using System.ComponentModel.DataAnnotations;

namespace Hutong.IdentityLink.Platforms.OpenIdConnect;

/// <summary>The settings of an OpenID Connect provider. A section with an <c>Issuer</c> is one, whatever its name.</summary>
public sealed class OpenIdConnectOptions : AppOptions, IValidatableObject
{
    /// <summary>The provider's name for itself, exactly as it writes it; its discovery document is below.</summary>
    [Required, Url]
    public required string Issuer { get; init; }

    /// <summary>What people call it.</summary>
    [Required]
    public required OpenIdConnectTitle Title { get; init; }

    /// <summary>Which side of the house it is on.</summary>
    public required Side Side { get; init; }

    /// <summary>What to ask for beside <c>openid</c>; only a name is used of what it gives.</summary>
    public string Scope { get; init; } = "openid profile";

    /// <summary>Where this process reaches what is on the issuer's host, if not there.</summary>
    [Url]
    public string? ApiAddress { get; init; }

    /// <summary>
    /// The origin of the authorize page, if it is not the issuer's: the sign-in page must name it before the
    /// provider has been asked.
    /// </summary>
    [Url]
    public string? AuthorizeOrigin { get; init; }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Title.Chinese.Length == 0 || Title.English.Length == 0)
            yield return new ValidationResult("A provider has a title in both languages: Title:Chinese and Title:English.", [nameof(Title)]);
    }
}

/// <summary>A name in both languages.</summary>
public sealed class OpenIdConnectTitle
{
    /// <summary>In Chinese.</summary>
    public string Chinese { get; init; } = "";

    /// <summary>In English.</summary>
    public string English { get; init; } = "";
}
