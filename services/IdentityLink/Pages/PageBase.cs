using Hutong.Web;
using Microsoft.AspNetCore.Components;

namespace Hutong.IdentityLink.Pages;

/// <summary>What every page has.</summary>
public abstract class PageBase : ComponentBase
{
    /// <summary>The page's language.</summary>
    [Parameter, EditorRequired]
    public Language Language { get; set; } = Language.English;

    /// <summary>The page's own path and query.</summary>
    [Parameter, EditorRequired]
    public string Path { get; set; } = "/";

    /// <summary>The text in the page's language.</summary>
    protected string Say(string chinese, string english) => Language.Pick(chinese, english);

    /// <summary>The text in the page's language.</summary>
    protected string Say((string Chinese, string English) text) => Language.Pick(text.Chinese, text.English);
}
