using System.Globalization;
using System.Net;

namespace Hutong.Simulators.People;

/// <summary>The people's pictures: the first character of the name on a coloured disc.</summary>
internal static class Pictures
{
    public static void MapPictures(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/pictures/{key}.svg", (string key) =>
            DemoPeople.All.FirstOrDefault(person => person.Picture == key) is { } person
                ? Results.Text(Draw(person), "image/svg+xml; charset=utf-8")
                : Results.NotFound());

    public static string Path(Person person) => $"/pictures/{person.Picture}.svg";

    private static string Draw(Person person) =>
        $"""
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 180 180" width="180" height="180">
          <circle cx="90" cy="90" r="90" fill="{person.Colour}"/>
          <text x="90" y="122" font-size="88" text-anchor="middle" fill="#fff" font-family="sans-serif">{WebUtility.HtmlEncode(StringInfo.GetNextTextElement(person.Name))}</text>
        </svg>
        """;
}
