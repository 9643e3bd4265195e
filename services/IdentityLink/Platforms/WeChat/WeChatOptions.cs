using System.ComponentModel.DataAnnotations;

namespace Hutong.IdentityLink.Platforms.WeChat;

/// <summary>
/// The settings of WeChat. What every platform has is of our website app (open.weixin.qq.com), whose page shows a
/// code to scan; inside WeChat itself that page is of no use, and an official account (mp.weixin.qq.com) is our app.
/// </summary>
public sealed class WeChatOptions : PlatformOptions, IValidatableObject
{
    /// <summary>The app for browsers inside WeChat; without it they are sent to the website's page as well.</summary>
    public WeChatApp? InApp { get; init; }

    /// <summary>The website app.</summary>
    internal WeChatApp Web => new() { AuthorizeAddress = AuthorizeAddress, ClientId = ClientId, ClientSecret = ClientSecret };

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        List<ValidationResult> faults = [];
        if (InApp is not null)
            Validator.TryValidateObject(InApp, new ValidationContext(InApp), faults, validateAllProperties: true);
        return faults.Select(fault => new ValidationResult($"{nameof(InApp)}: {fault.ErrorMessage}", [nameof(InApp)]));
    }
}

/// <summary>One registration of ours at WeChat. An account has another openid for each.</summary>
public sealed class WeChatApp
{
    /// <summary>The authorize page, as browsers reach it.</summary>
    [Required, Url]
    public string AuthorizeAddress { get; init; } = "";

    /// <summary>The app id.</summary>
    [Required]
    public string ClientId { get; init; } = "";

    /// <summary>The app's secret.</summary>
    [Required]
    public string ClientSecret { get; init; } = "";
}
