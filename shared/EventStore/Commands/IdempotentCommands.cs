using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Npgsql;

namespace Hutong.EventStore.Commands;

/// <summary>One caller's claim that several requests are the same one.</summary>
/// <param name="Scope">Who calls and what for, such as <c>orders:{person id}</c>: keys of different callers never meet.</param>
/// <param name="Key">The caller's <c>Idempotency-Key</c>, 1 to 255 characters.</param>
/// <param name="Request">Everything that makes the request what it is, as canonical bytes.</param>
public sealed record IdempotentRequest(string Scope, string Key, ReadOnlyMemory<byte> Request)
{
    internal string Hash => Convert.ToHexStringLower(SHA256.HashData(Request.Span));
}

/// <summary>
/// Commands that create or pay, at most once per <c>Idempotency-Key</c>
/// (https://docs.stripe.com/api/idempotent_requests; draft-ietf-httpapi-idempotency-key-header). The answer is stored
/// in the transaction of the effect, so a repeated request gets the first one's answer, and a crash leaves neither.
/// </summary>
public sealed class IdempotentCommands(CommandRunner runner, NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>The same key came with another request (422).</summary>
    public const string ReusedCode = "idempotency_key_reused";

    private const string FindSql = "select request_hash, answer from idempotency_key where scope = $1 and key = $2";

    private static readonly Table<IdempotencyRow> Rows =
        new("idempotency_key", IdempotencyJson.Default.IdempotencyRow, "scope", "key");

    private static readonly Table<IdempotencyScope> Scopes = new("idempotency_key", IdempotencyJson.Default.IdempotencyScope, "scope");

    /// <summary>The write that forgets what was answered under a scope, hashes of the requests included.</summary>
    public static RowWrite Forget(string scope) => Scopes.Delete(new(scope));

    /// <summary>As <see cref="CommandRunner.Run{T}"/>, but a request that was answered before gets the same answer.</summary>
    public Task<Outcome<T>> Run<T>(
        IdempotentRequest request, JsonTypeInfo<T> json, Func<CancellationToken, Task<Decision<T>>> decide, CancellationToken cancellation)
        where T : notnull =>
        runner.Run<T>(
            async token =>
            {
                if (await Find(request, token) is { } found)
                {
                    return found.Hash == request.Hash
                        ? new Decision<T>(JsonSerializer.Deserialize(found.Answer, json)!)
                        : new Rejection(ReusedCode);
                }
                var decision = await decide(token);
                if (!decision.Outcome.Succeeded)
                    return decision;
                var answer = JsonSerializer.SerializeToElement(decision.Outcome.Value, json);
                var row = Rows.Claim(new IdempotencyRow(request.Scope, request.Key, request.Hash, answer, time.GetUtcNow()));
                return decision with { Work = (decision.Work ?? UnitOfWork.Empty).With(row) };
            },
            cancellation);

    private async Task<(string Hash, string Answer)?> Find(IdempotentRequest request, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(FindSql);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = request.Scope });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = request.Key });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? (reader.GetString(0), reader.GetString(1)) : null;
    }
}

internal sealed record IdempotencyRow(string Scope, string Key, string RequestHash, JsonElement Answer, DateTimeOffset CreatedAt);

/// <summary>All that deleting needs to know of rows.</summary>
internal sealed record IdempotencyScope(string Scope);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(IdempotencyRow))]
[JsonSerializable(typeof(IdempotencyScope))]
internal sealed partial class IdempotencyJson : JsonSerializerContext;
