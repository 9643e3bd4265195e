using Hutong.Simulators.Platforms;

namespace Hutong.Simulators.Taobao;

/// <summary>Taobao's errors: <c>error</c> and <c>error_description</c>, in the body or in the address.</summary>
internal sealed record TaobaoError(string Word, string Description)
{
    /// <summary>Taobao says this of a bad app, a bad address and a spent code alike.</summary>
    public static TaobaoError InvalidClient(string description) => new("invalid_client", description);

    public IResult Answer() => Results.Json(
        new { error = Word, error_description = Description }, statusCode: StatusCodes.Status400BadRequest);

    public Refusal AsRefusal() => new() { { "error", Word }, { "error_description", Description } };
}
