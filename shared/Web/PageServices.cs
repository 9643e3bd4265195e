using System.Text.Encodings.Web;
using System.Text.Unicode;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Hutong.Web;

/// <summary>Registers what a service with pages needs.</summary>
public static class PageServices
{
    /// <summary>Adds rendering of pages and the public addresses.</summary>
    public static IHostApplicationBuilder AddPages(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton(SiteAddresses.From(builder.Configuration));
        // Chinese stays Chinese in the page's source; what HTML needs escaped is escaped still.
        builder.Services.AddSingleton(HtmlEncoder.Create(UnicodeRanges.All));
        builder.Services.AddRazorComponents();
        return builder;
    }
}
