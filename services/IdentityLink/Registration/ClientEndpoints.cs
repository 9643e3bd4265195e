using System.Security.Claims;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hutong.EventStore;
using Hutong.EventStore.Commands;
using Hutong.EventStore.PersonalData;
using Hutong.IdentityLink.Limits;
using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Provider;
using Hutong.ServiceDefaults.Authentication;
using Hutong.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Hutong.IdentityLink.Registration;

/// <summary><c>/identity/clients</c>: the clients of whoever asks, with the scope <see cref="Scopes.Clients"/> (RFC 7591 and, in spirit, RFC 7592).</summary>
internal static class ClientEndpoints
{
    public const string Path = "/identity/clients";

    /// <summary>A change came without the version that it is a change of.</summary>
    public const string VersionMissing = "if_match_missing";

    private const int LongestBody = 128 * 1024;

    public static void MapClients(this IEndpointRouteBuilder routes)
    {
        var limits = routes.ServiceProvider.GetRequiredService<ProvedLimits>();
        var problems = routes.ServiceProvider.GetRequiredService<ProblemTable>();
        var clients = routes.MapGroup(Path).RequireScope(Scopes.Clients).WithMetadata(new RequestSizeLimitAttribute(LongestBody));
        clients.AddEndpointFilter(async (context, next) =>
            HttpMethods.IsGet(context.HttpContext.Request.Method) || limits.MayChangeClients(context.HttpContext.User.PersonId())
                ? await next(context)
                : problems.Answer(new Rejection(ProvedLimits.TooManyClientChanges)));
        clients.MapPost("", Register);
        clients.MapGet("", List);
        clients.MapGet("/{clientId}", Show);
        clients.MapPut("/{clientId}", Change);
        clients.MapDelete("/{clientId}", Retire);
        clients.MapPost("/{clientId}/secrets", Rotate);
        clients.MapDelete("/{clientId}/secrets/previous", EndPrevious);
    }

    private static async Task<IResult> Register(
        JsonElement body, HttpContext http, ClaimsPrincipal caller, MetadataRules rules, RegisteringClients registering,
        ManagingClients managing, ProblemTable problems, CancellationToken cancellation)
    {
        NoStore.Set(http.Response);
        var key = http.Request.IdempotencyKey();
        if (!key.Succeeded)
            return problems.Answer(key.Rejection);
        var read = rules.Read(body);
        if (!read.Succeeded)
            return problems.Answer(read.Rejection);
        var registered = await registering.Handle(
            caller.PersonId(), key.Value, JsonSerializer.SerializeToUtf8Bytes(body), read.Value.Metadata, read.Value.Contacts, cancellation);
        if (!registered.Succeeded)
            return problems.Answer(registered.Rejection);
        if (await managing.Find(caller.PersonId(), registered.Value.ClientId, cancellation) is not { } client)
            return problems.Answer(new Rejection(RegisteringClients.Unknown));
        var shown = await managing.Show(client.State, cancellation);
        if (registered.Value.Secret is { } secret)
        {
            shown["client_secret"] = secret;
            shown["client_secret_expires_at"] = 0;
        }
        http.Response.SetETag(client.Version);
        return TypedResults.Created($"{Path}/{client.State.Id}", shown);
    }

    private static async Task<Ok<JsonObject>> List(
        string? after, int? limit, HttpResponse response, ClaimsPrincipal caller, ClientOwners owners, ClientList list,
        CancellationToken cancellation)
    {
        NoStore.Set(response);
        return TypedResults.Ok(await list.Of(await owners.Of(caller.PersonId(), cancellation), after, limit, cancellation));
    }

    private static async Task<IResult> Show(
        string clientId, HttpResponse response, ClaimsPrincipal caller, ManagingClients managing, ProblemTable problems,
        CancellationToken cancellation) =>
        await Shown(await managing.Find(caller.PersonId(), clientId, cancellation), response, managing, problems, cancellation);

    private static async Task<IResult> Change(
        string clientId, JsonElement body, HttpContext http, ClaimsPrincipal caller, MetadataRules rules, ManagingClients managing,
        ProblemTable problems, CancellationToken cancellation)
    {
        if (http.Request.Headers.IfMatch.Count == 0)
            return problems.Answer(new Rejection(VersionMissing));
        var read = rules.Read(body);
        if (!read.Succeeded)
            return problems.Answer(read.Rejection);
        var changed = await managing.Change(
            caller.PersonId(), clientId, http.Request.CheckIfMatch, read.Value.Metadata, read.Value.Contacts, cancellation);
        return changed.Succeeded
            ? await Shown(changed.Value, http.Response, managing, problems, cancellation)
            : problems.Answer(changed.Rejection);
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> Retire(
        string clientId, HttpRequest request, ClaimsPrincipal caller, ManagingClients managing, ProblemTable problems,
        CancellationToken cancellation)
    {
        var retired = await managing.Retire(caller.PersonId(), clientId, request.CheckIfMatch, cancellation);
        return retired.Succeeded ? TypedResults.NoContent() : problems.Answer(retired.Rejection);
    }

    private static async Task<IResult> Rotate(
        string clientId, RotateRequest body, HttpContext http, ClaimsPrincipal caller, ManagingClients managing, ProblemTable problems,
        CancellationToken cancellation)
    {
        NoStore.Set(http.Response);
        var key = http.Request.IdempotencyKey();
        if (!key.Succeeded)
            return problems.Answer(key.Rejection);
        var keep = TimeSpan.FromSeconds(body.KeepPreviousSeconds ?? (int)RotateSecret.UsualOverlap.TotalSeconds);
        if (keep < TimeSpan.Zero || keep > RotateSecret.LongestOverlap)
            return problems.Answer(new Rejection(MetadataRules.InvalidMetadata, "keep_previous_seconds is from 0 to 604800, seven days."));
        var rotated = await managing.Rotate(
            caller.PersonId(), clientId, key.Value, JsonSerializer.SerializeToUtf8Bytes(new { clientId, keep }), keep, cancellation);
        return rotated.Succeeded
            ? TypedResults.Json(
                new JsonObject
                {
                    ["client_id"] = clientId,
                    ["client_secret"] = rotated.Value.Secret,
                    ["client_secret_expires_at"] = 0,
                    ["previous_client_secret_expires_at"] = rotated.Value.PreviousEndsAt.ToUnixTimeSeconds(),
                },
                statusCode: StatusCodes.Status201Created)
            : problems.Answer(rotated.Rejection);
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> EndPrevious(
        string clientId, ClaimsPrincipal caller, ManagingClients managing, ProblemTable problems, CancellationToken cancellation)
    {
        var ended = await managing.EndPreviousSecret(caller.PersonId(), clientId, cancellation);
        return ended.Succeeded ? TypedResults.NoContent() : problems.Answer(ended.Rejection);
    }

    private static async Task<IResult> Shown(
        Loaded<RegisteredClient>? client, HttpResponse response, ManagingClients managing, ProblemTable problems, CancellationToken cancellation)
    {
        NoStore.Set(response);
        if (client is null)
            return problems.Answer(new Rejection(RegisteringClients.Unknown));
        response.SetETag(client.Version);
        return TypedResults.Ok(await managing.Show(client.State, cancellation));
    }
}

/// <summary>Give a client another secret.</summary>
/// <param name="KeepPreviousSeconds">How long the one before holds beside it; a day by default, at most seven, 0 to end it now.</param>
internal sealed record RotateRequest(
    [property: System.Text.Json.Serialization.JsonPropertyName("keep_previous_seconds")] int? KeepPreviousSeconds);
