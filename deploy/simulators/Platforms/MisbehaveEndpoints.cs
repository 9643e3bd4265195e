using Microsoft.AspNetCore.Http.HttpResults;

namespace Hutong.Simulators.Platforms;

/// <summary>
/// The control API: <c>PUT /misbehave/{platform}</c> tells a platform to misbehave, <c>DELETE</c> to behave again,
/// and <c>GET /misbehave</c> shows who was told what. A browser on another site cannot send either unasked.
/// </summary>
internal static class MisbehaveEndpoints
{
    public static void MapMisbehave(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/misbehave", (IEnumerable<Misbehaviour> platforms) => platforms.ToDictionary(platform => platform.Platform, platform => platform.Told));
        routes.MapPut("/misbehave/{platform}", Tell);
        routes.MapDelete("/misbehave/{platform}", (string platform, IEnumerable<Misbehaviour> platforms) => Set(platform, platforms, null));
    }

    private static Results<NoContent, NotFound, ProblemHttpResult> Tell(
        string platform, Instruction instruction, IEnumerable<Misbehaviour> platforms)
    {
        if (instruction.Calls < 1)
            return TypedResults.Problem("calls is at least 1; without it the platform misbehaves until told otherwise.", statusCode: StatusCodes.Status400BadRequest);
        if (instruction.Milliseconds is < 0 or > 60_000)
            return TypedResults.Problem("milliseconds is from 0 to 60000.", statusCode: StatusCodes.Status400BadRequest);
        return Set(platform, platforms, instruction);
    }

    private static Results<NoContent, NotFound, ProblemHttpResult> Set(string platform, IEnumerable<Misbehaviour> platforms, Instruction? instruction)
    {
        if (platforms.FirstOrDefault(known => known.Platform == platform) is not { } known)
            return TypedResults.NotFound();
        if (instruction is not null && !known.Knows(instruction.Mode))
            return TypedResults.Problem($"{platform} knows no such thing.", statusCode: StatusCodes.Status422UnprocessableEntity);
        known.Told = instruction;
        return TypedResults.NoContent();
    }
}
