using Hutong.Testing;
using Npgsql;
using static Hutong.EventStore.Tests.Lamps;

namespace Hutong.EventStore.Tests;

/// <summary>The tables are Marten's own: it opens this database and continues the same streams.</summary>
public sealed class MartenTablesSpecs(Servers servers) : IAsyncLifetime
{
    private TestStore db = null!;

    public async ValueTask InitializeAsync() => db = await TestStore.Create(servers);

    public ValueTask DisposeAsync() => db.DisposeAsync();

    [Fact]
    public async Task The_columns_are_Martens() => (await Rows("""
        select table_name || '.' || column_name || ' ' || data_type || coalesce('(' || character_maximum_length || ')', '')
            || case is_nullable when 'NO' then ' not null' else '' end || coalesce(' default ' || column_default, '')
        from information_schema.columns where table_name in ('mt_streams', 'mt_events', 'mt_event_progression')
        order by table_name, ordinal_position
        """)).ShouldBe(
    [
        "mt_event_progression.name character varying not null",
        "mt_event_progression.last_seq_id bigint",
        "mt_event_progression.last_updated timestamp with time zone default transaction_timestamp()",
        "mt_events.seq_id bigint not null",
        "mt_events.id uuid not null",
        "mt_events.stream_id character varying",
        "mt_events.version bigint not null",
        "mt_events.data jsonb not null",
        "mt_events.bdata bytea",
        "mt_events.type character varying(500) not null",
        "mt_events.timestamp timestamp with time zone not null default now()",
        "mt_events.tenant_id character varying default '*DEFAULT*'::character varying",
        "mt_events.mt_dotnet_type character varying",
        "mt_events.correlation_id character varying",
        "mt_events.causation_id character varying",
        "mt_events.headers jsonb",
        "mt_events.is_archived boolean default false",
        "mt_streams.id character varying not null",
        "mt_streams.type character varying",
        "mt_streams.version bigint",
        "mt_streams.timestamp timestamp with time zone not null default now()",
        "mt_streams.created timestamp with time zone not null default now()",
        "mt_streams.tenant_id character varying default '*DEFAULT*'::character varying",
        "mt_streams.is_archived boolean default false",
    ]);

    [Fact]
    public async Task The_keys_indexes_and_the_sequence_have_Martens_names()
    {
        (await Rows("""
            select conname || ': ' || pg_get_constraintdef(oid) from pg_constraint
            where conrelid in ('mt_streams'::regclass, 'mt_events'::regclass, 'mt_event_progression'::regclass) order by conname
            """)).ShouldBe(
        [
            "fkey_mt_events_stream_id: FOREIGN KEY (stream_id) REFERENCES mt_streams(id) ON DELETE CASCADE",
            "pk_mt_event_progression: PRIMARY KEY (name)",
            "pkey_mt_events_seq_id: PRIMARY KEY (seq_id)",
            "pkey_mt_streams_id: PRIMARY KEY (id)",
        ]);
        (await Rows("select indexname::text from pg_indexes where tablename in ('mt_streams', 'mt_events', 'mt_event_progression') order by 1")).ShouldBe(
            ["pk_mt_event_progression", "pk_mt_events_stream_and_version", "pkey_mt_events_seq_id", "pkey_mt_streams_id"]);
        (await db.Query<string>("select indexdef from pg_indexes where indexname = 'pk_mt_events_stream_and_version'"))
            .ShouldBe("CREATE UNIQUE INDEX pk_mt_events_stream_and_version ON public.mt_events USING btree (stream_id, version)");
        (await db.Query<string>("select data_type::text || ' cache ' || cache_size from pg_sequences where sequencename = 'mt_events_sequence'"))
            .ShouldBe("bigint cache 1");
        (await db.Query<string>("select pg_get_serial_sequence('mt_events', 'seq_id')")).ShouldBe("public.mt_events_sequence");
    }

    [Fact]
    public async Task What_is_written_is_what_Marten_reads()
    {
        var lamp = NewLamp();
        await db.Store.Commit(UnitOfWork.Append(lamp, Expected.None, Installed) with { Headers = new EventHeaders(Actor: "shop") });
        await db.Store.Commit(UnitOfWork.Append(lamp, Expected.Exactly(1), On));

        (await Rows("select concat_ws('|', type, version, tenant_id, is_archived) from mt_streams")).ShouldBe(["lamp|2|*DEFAULT*|f"]);
        (await Rows("""
            select concat_ws('|', seq_id, version, type, mt_dotnet_type, tenant_id, is_archived, data, coalesce(headers::text, 'null'), timestamp is null)
            from mt_events order by seq_id
            """)).ShouldBe(
        [
            """1|1|lamp_installed|Hutong.EventStore.Tests.LampInstalled, Hutong.EventStore.Tests|*DEFAULT*|f|{"place": "hall"}|{"actor": "shop"}|f""",
            """2|2|lamp_switched|Hutong.EventStore.Tests.LampSwitched, Hutong.EventStore.Tests|*DEFAULT*|f|{"on": true}|null|f""",
        ]);
        (await db.Query<long>("select count(*) from mt_event_progression")).ShouldBe(0);
    }

    [Fact]
    public async Task A_stream_that_another_engine_continued_is_read_and_continued()
    {
        var lamp = NewLamp();
        await db.Store.Commit(UnitOfWork.Append(lamp, Expected.None, Installed));
        await db.Execute("""
            insert into mt_events (seq_id, id, stream_id, version, data, type, timestamp, tenant_id, is_archived)
            select nextval('mt_events_sequence'), gen_random_uuid(), $1, 2, '{"on": true}', 'lamp_switched', now(), '*DEFAULT*', false
            """, lamp);
        await db.Execute("update mt_streams set version = 2, timestamp = now() where id = $1", lamp);

        (await db.Store.ReadStream(lamp)).Events[1].ShouldSatisfyAllConditions(
            e => e.Data.ShouldBe(On), e => e.Headers.ShouldBe(EventHeaders.None));
        (await db.Store.Commit(UnitOfWork.Append(lamp, Expected.Exactly(2), Off))).ShouldBeOfType<CommitResult.Committed>().Versions.ShouldBe([3]);
    }

    private async Task<List<string>> Rows(string sql)
    {
        await using var command = db.Database.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync())
            rows.Add(reader.GetString(0));
        return rows;
    }
}
