-- Commits units of work: all of them in this one statement's transaction, each wholly or not at all.
--
-- The order is what makes the log readable without losing events and free of deadlocks:
--   1. the shared advisory lock, before anything else, so that a reader can wait for the writers in flight;
--   2. inbox rows, in key order;
--   3. streams, locked in id order: new ones by inserting them, then existing ones. Who waits to insert holds only
--      rows that nobody else can see yet, and who waits for a lock has inserted all of its own: no circle can close;
--   4. expectations, checked before a position is drawn: a refused unit leaves no gap and no row;
--   5. events, in order, so that position order is version order within a stream.
-- The caller's row writes follow in the same transaction and read hutong.accepted.
--
-- Units are numbered from 1. Streams and order keys come distinct and sorted; appends come sorted by unit.
-- Outcomes: 0 committed, 1 conflict, 2 already handled, 3 out of order.
create function hutong_append_lock() returns bigint language sql immutable parallel safe as 'select 7230173121::bigint';

create function hutong_commit(
    unit_inbox        int[],        -- index of the unit's inbox entry, 0 for none
    unit_correlation  text[],
    unit_causation    text[],
    unit_headers      jsonb[],
    inbox_consumer    text[],
    inbox_message     uuid[],
    inbox_cursor_ix   int[],        -- index of the entry's order key, 0 for none
    inbox_version     bigint[],
    inbox_previous    bigint[],
    cursor_consumer   text[],
    cursor_key        text[],
    stream_id         text[],
    stream_type       text[],
    stream_may_create boolean[],
    stream_planned    bigint[],     -- the version of a new stream once every append to it is accepted
    append_unit       int[],
    append_stream     int[],
    append_expected   bigint[],     -- a version, or -1 for any, -2 for exists
    append_count      int[],
    event_append      int[],
    event_offset      int[],        -- from 1 within its append
    event_id          uuid[],
    event_kind        int[],        -- index into the next two
    event_data        jsonb[],
    kind_name         text[],
    kind_dotnet_type  text[],
    recorded_at       timestamptz,
    wait_at_most      int,          -- milliseconds to wait for any one lock, 0 for as long as it takes
    out outcome       int[],
    out found_version bigint[],     -- per unit: the version found in a conflict, or last applied when out of order
    out failed_append int[],        -- per unit: the append in conflict
    out new_version   bigint[]      -- per append
)
language plpgsql as $$
declare
    units    constant int := cardinality(unit_inbox);
    streams  constant int := cardinality(stream_id);
    fresh    boolean[];
    cursors  bigint[] := array_fill(0::bigint, array[cardinality(cursor_key)]);
    versions bigint[] := array_fill(0::bigint, array[streams]);
    starts   bigint[] := array_fill(-1::bigint, array[cardinality(append_unit)]);
    existing boolean[] := array_fill(true, array[streams]);
    created  int := 0;
    accepted int[] := '{}';
    first_append int := 1;
    next_append  int;
    entry int;
    r record;
begin
    if wait_at_most > 0 then
        perform set_config('lock_timeout', wait_at_most::text, true);
    end if;
    perform pg_advisory_xact_lock_shared(hutong_append_lock());

    outcome := array_fill(0, array[units]);
    found_version := array_fill(0::bigint, array[units]);
    failed_append := array_fill(0, array[units]);
    new_version := array_fill(0::bigint, array[cardinality(append_unit)]);

    if cardinality(inbox_message) > 0 then
        with mine as (
            insert into inbox (consumer, message_id, received_at)
            select i.consumer, i.message, recorded_at
            from unnest(inbox_consumer, inbox_message) as i (consumer, message)
            order by 1, 2
            on conflict do nothing
            returning consumer, message_id)
        select array_agg(mine.message_id is not null order by i.ord)
        into fresh
        from unnest(inbox_consumer, inbox_message) with ordinality as i (consumer, message, ord)
        left join mine on mine.consumer = i.consumer and mine.message_id = i.message;
    end if;
    if cardinality(cursor_key) > 0 then
        insert into inbox_cursor (consumer, order_key, version)
        select k.consumer, k.key, 0 from unnest(cursor_consumer, cursor_key) as k (consumer, key) order by 1, 2
        on conflict do nothing;
        for r in
            select k.ord, c.version
            from unnest(cursor_consumer, cursor_key) with ordinality as k (consumer, key, ord)
            join inbox_cursor c on c.consumer = k.consumer and c.order_key = k.key
            order by c.consumer, c.order_key
            for update of c
        loop
            cursors[r.ord] := r.version;
        end loop;
    end if;

    -- A new stream is inserted with the version it will have if nothing is refused, so that the common case
    -- writes its row once; until the commit nobody else sees it.
    if true = any (stream_may_create) then
        for r in
            with made as (
                insert into mt_streams (id, type, version, timestamp, created)
                select s.id, s.type, s.planned, recorded_at, recorded_at
                from unnest(stream_id, stream_type, stream_may_create, stream_planned) as s (id, type, may_create, planned)
                where s.may_create
                order by s.id collate "C"
                on conflict do nothing
                returning id)
            select s.ord from made join unnest(stream_id) with ordinality as s (id, ord) on s.id = made.id
        loop
            existing[r.ord] := false;
            created := created + 1;
        end loop;
    end if;
    if created < streams then
        for r in
            select s.ord, m.version, m.is_archived
            from unnest(stream_id, existing) with ordinality as s (id, existing, ord)
            join mt_streams m on m.id = s.id
            where s.existing
            order by m.id
            for update of m
        loop
            versions[r.ord] := case when r.is_archived then -1 else r.version end;
        end loop;
    end if;

    for u in 1 .. units loop
        next_append := first_append;
        while next_append <= cardinality(append_unit) and append_unit[next_append] = u loop
            next_append := next_append + 1;
        end loop;

        entry := unit_inbox[u];
        if entry > 0 and not fresh[entry] then
            outcome[u] := 2;
        elsif entry > 0 and inbox_cursor_ix[entry] > 0 and cursors[inbox_cursor_ix[entry]] <> inbox_previous[entry] then
            outcome[u] := 3;
            found_version[u] := cursors[inbox_cursor_ix[entry]];
        else
            for a in first_append .. next_append - 1 loop
                if versions[append_stream[a]] < 0
                   or (append_expected[a] >= 0 and versions[append_stream[a]] <> append_expected[a])
                   or (append_expected[a] = -2 and versions[append_stream[a]] = 0)
                then
                    outcome[u] := 1;
                    found_version[u] := versions[append_stream[a]];
                    failed_append[u] := a;
                    exit;
                end if;
            end loop;
        end if;

        if outcome[u] = 0 then
            for a in first_append .. next_append - 1 loop
                starts[a] := versions[append_stream[a]];
                versions[append_stream[a]] := starts[a] + append_count[a];
                new_version[a] := versions[append_stream[a]];
            end loop;
            if entry > 0 and inbox_cursor_ix[entry] > 0 then
                cursors[inbox_cursor_ix[entry]] := inbox_version[entry];
            end if;
            accepted := accepted || u;
        end if;
        first_append := next_append;
    end loop;

    insert into mt_events (seq_id, id, stream_id, version, data, type, timestamp, mt_dotnet_type,
                           correlation_id, causation_id, headers, is_archived)
    select nextval('mt_events_sequence'), e.id, stream_id[append_stream[e.append]], starts[e.append] + e."offset",
           e.data, kind_name[e.kind], recorded_at, kind_dotnet_type[e.kind],
           unit_correlation[append_unit[e.append]], unit_causation[append_unit[e.append]],
           unit_headers[append_unit[e.append]], false
    from (select x.*
          from unnest(event_append, event_offset, event_id, event_kind, event_data) with ordinality
               as x (append, "offset", id, kind, data, ord)
          where starts[x.append] >= 0
          order by x.ord) e;

    if created < streams or cardinality(accepted) < units then
        update mt_streams m set version = s.version, timestamp = recorded_at
        from unnest(stream_id, versions) as s (id, version)
        where m.id = s.id and s.version > 0 and m.version <> s.version;
    end if;

    if cardinality(accepted) < units then
        delete from mt_streams m using unnest(stream_id, existing, versions) as s (id, existing, version)
        where m.id = s.id and not s.existing and s.version = 0;
        delete from inbox b
        using unnest(unit_inbox, outcome) as u (entry, outcome),
              unnest(inbox_consumer, inbox_message, fresh) with ordinality as i (consumer, message, fresh, ord)
        where u.outcome > 0 and i.ord = u.entry and i.fresh and b.consumer = i.consumer and b.message_id = i.message;
        delete from inbox_cursor c
        using unnest(cursor_consumer, cursor_key, cursors) as k (consumer, key, version)
        where c.consumer = k.consumer and c.order_key = k.key and k.version = 0 and c.version = 0;
    end if;

    if cardinality(cursor_key) > 0 then
        update inbox_cursor c set version = k.version
        from unnest(cursor_consumer, cursor_key, cursors) as k (consumer, key, version)
        where c.consumer = k.consumer and c.order_key = k.key and c.version <> k.version;
    end if;

    perform set_config('hutong.accepted', accepted::text, true);
end $$;
