using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;

namespace Hutong.Benchmarks.Append;

/// <summary>
/// PostgreSQL's own load generator with the same rows in one pipelined transaction: what the server does for a client
/// that costs next to nothing.
/// </summary>
internal static partial class PgBench
{
    private static readonly string Script = $$"""
        \set number random(1, 1000000000000000)
        \set other random(1, 1000000000000000)
        \startpipeline
        begin;
        insert into mt_streams (id, type, version, timestamp, created)
            values ('order-0193b0a2-7c1e-' || :number || '-' || :other, 'order', 1, now(), now());
        insert into mt_events (seq_id, id, stream_id, version, data, type, timestamp, mt_dotnet_type, correlation_id, causation_id, headers, is_archived)
            values (nextval('mt_events_sequence'), gen_random_uuid(), 'order-0193b0a2-7c1e-' || :number || '-' || :other, 1,
                jsonb_build_object('order', gen_random_uuid(), 'product', gen_random_uuid(), 'quantity', 2, 'unitPrice', 129900,
                    'currency', 'CNY', 'until', '1970-01-01T00:00:00+00:00'),
                'order_line_reserved', now(), '{{typeof(OrderLineReserved).FullName}}, {{typeof(OrderLineReserved).Assembly.GetName().Name}}',
                '{{BenchEvents.Headers.CorrelationId}}', '{{BenchEvents.Headers.CausationId}}',
                '{"traceparent": "{{BenchEvents.Headers.TraceParent}}", "actor": "{{BenchEvents.Headers.Actor}}"}', false);
        commit;
        \endpipeline
        """;

    /// <summary>Runs for the given time, rounded up to whole seconds.</summary>
    public static async Task<Done> Run(string connectionString, int clients, TimeSpan time)
    {
        var database = new NpgsqlConnectionStringBuilder(connectionString);
        var script = Path.GetTempFileName();
        var seconds = (int)Math.Ceiling(time.TotalSeconds);
        try
        {
            await File.WriteAllTextAsync(script, Script);
            var start = new ProcessStartInfo("pgbench")
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                ArgumentList =
                {
                    "-h", database.Host!, "-p", $"{database.Port}", "-U", database.Username!, "-n", "-M", "prepared", "-f", script,
                    "-c", $"{clients}", "-j", $"{Math.Min(clients, 2)}", "-T", $"{seconds}", database.Database!,
                },
                Environment = { ["PGPASSWORD"] = database.Password },
            };
            using var process = Process.Start(start)!;
            var errors = process.StandardError.ReadToEndAsync();
            var report = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            return Processed().Match(report) is { Success: true } match
                ? new Done(long.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture), TimeSpan.FromSeconds(seconds))
                : throw new InvalidOperationException($"pgbench failed: {await errors}");
        }
        finally
        {
            File.Delete(script);
        }
    }

    [GeneratedRegex(@"transactions actually processed: (\d+)")]
    private static partial Regex Processed();
}
