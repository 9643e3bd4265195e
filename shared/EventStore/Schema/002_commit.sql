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
-- Units are numbered from 1. Inbox entries, order keys and streams come distinct and sorted, and are locked in the
-- order they come in, which is the same for every caller; appends come sorted by unit.
-- Rows are looked up one by one and never by a scan: a plan is kept for as long as its connection lives, and one made
-- for a join with an empty table would read all of a grown one.
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
language plpgsql set enable_seqscan = off as $$
declare
    units    constant int := cardinality(unit_inbox);
    streams  constant int := cardinality(stream_id);
    fresh    boolean[] := array_fill(false, array[cardinality(inbox_message)]);
    cursors  bigint[] := array_fill(0::bigint, array[cardinality(cursor_key)]);
    versions bigint[] := array_fill(0::bigint, array[streams]);
    before   bigint[] := stream_planned;    -- the version that each stream's row shows
    starts   bigint[] := array_fill(-1::bigint, array[cardinality(append_unit)]);
    existing boolean[] := array_fill(true, array[streams]);
    accepted int[] := '{}';
    first_append int := 1;
    next_append  int;
    entry int;
    i int;
    row_version bigint;
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
        i := 1;
        for r in
            insert into inbox (consumer, message_id, received_at)
            select e.consumer, e.message, recorded_at
            from unnest(inbox_consumer, inbox_message) with ordinality as e (consumer, message, ord) order by e.ord
            on conflict do nothing
            returning consumer, message_id
        loop
            while inbox_message[i] <> r.message_id or inbox_consumer[i] <> r.consumer loop
                i := i + 1;
            end loop;
            fresh[i] := true;
        end loop;
    end if;
    if cardinality(cursor_key) > 0 then
        insert into inbox_cursor (consumer, order_key, version)
        select k.consumer, k.key, 0
        from unnest(cursor_consumer, cursor_key) with ordinality as k (consumer, key, ord) order by k.ord
        on conflict do nothing;
        for c in 1 .. cardinality(cursor_key) loop
            select version into strict row_version from inbox_cursor
            where consumer = cursor_consumer[c] and order_key = cursor_key[c] for update;
            cursors[c] := row_version;
        end loop;
    end if;

    -- A new stream is inserted with the version it will have if nothing is refused, so that the common case
    -- writes its row once; until the commit nobody else sees it.
    if true = any (stream_may_create) then
        i := 1;
        for r in
            insert into mt_streams (id, type, version, timestamp, created)
            select n.id, n.type, n.planned, recorded_at, recorded_at
            from unnest(stream_id, stream_type, stream_may_create, stream_planned) with ordinality
                 as n (id, type, may_create, planned, ord)
            where n.may_create order by n.ord
            on conflict do nothing
            returning id
        loop
            while stream_id[i] <> r.id loop
                i := i + 1;
            end loop;
            existing[i] := false;
        end loop;
    end if;
    for s in 1 .. streams loop
        if existing[s] then
            select case when is_archived then -1 else version end into row_version
            from mt_streams where id = stream_id[s] for update;
            versions[s] := coalesce(row_version, 0);
            before[s] := versions[s];
        end if;
    end loop;

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

    for s in 1 .. streams loop
        if versions[s] > 0 and versions[s] <> before[s] then
            update mt_streams set version = versions[s], timestamp = recorded_at where id = stream_id[s];
        elsif versions[s] = 0 and not existing[s] then
            delete from mt_streams where id = stream_id[s];
        end if;
    end loop;
    for c in 1 .. cardinality(cursor_key) loop
        if cursors[c] > 0 then
            update inbox_cursor set version = cursors[c]
            where consumer = cursor_consumer[c] and order_key = cursor_key[c] and version <> cursors[c];
        else
            delete from inbox_cursor where consumer = cursor_consumer[c] and order_key = cursor_key[c];
        end if;
    end loop;
    if cardinality(accepted) < units then
        for u in 1 .. units loop
            entry := unit_inbox[u];
            if outcome[u] > 0 and entry > 0 and fresh[entry] then
                delete from inbox where consumer = inbox_consumer[entry] and message_id = inbox_message[entry];
            end if;
        end loop;
    end if;

    perform set_config('hutong.accepted', accepted::text, true);
end $$;
