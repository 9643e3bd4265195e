-- Commits units of work: all of them in this one statement's transaction, each wholly or not at all.
--
-- The order is what makes the log readable without losing events and free of deadlocks:
--   1. the shared advisory lock, before anything else, so that a reader can wait for the writers in flight;
--   2. inbox rows, in key order;
--   3. streams, locked in id order (new ones by inserting them, then existing ones);
--   4. expectations, checked before a position is drawn: a refused unit leaves no gap and no row;
--   5. events, in order, so that position order is version order within a stream.
-- The caller's row writes follow in the same transaction and read hutong.accepted.
--
-- Units are numbered from 1. Streams and order keys come distinct and sorted; appends come sorted by unit.
-- Outcomes: 0 committed, 1 conflict, 2 already handled, 3 out of order.
create function hutong_append_lock() returns bigint language sql immutable parallel safe as 'select 7230173121::bigint';

create function hutong_commit(
    unit_count        int,
    unit_inbox        int[],        -- per unit: index of its inbox entry, 0 for none
    inbox_consumer    text[],
    inbox_message     uuid[],
    inbox_cursor_ix   int[],        -- per entry: index of its order key, 0 for none
    inbox_version     bigint[],
    inbox_previous    bigint[],
    cursor_consumer   text[],
    cursor_key        text[],
    stream_id         text[],
    stream_type       text[],
    stream_may_create boolean[],
    append_unit       int[],
    append_stream     int[],
    append_expected   bigint[],
    append_count      int[],
    event_append      int[],
    event_offset      int[],        -- from 1 within its append
    event_stream      text[],
    event_id          uuid[],
    event_type        text[],
    event_dotnet_type text[],
    event_data        jsonb[],
    event_correlation text[],
    event_causation   text[],
    event_headers     jsonb[],
    recorded_at       timestamptz,
    out outcome       int[],
    out found         bigint[],     -- per unit: the version found in a conflict, or last applied when out of order
    out failed_append int[],        -- per unit: the append in conflict
    out new_version   bigint[]      -- per append
)
language plpgsql as $$
declare
    fresh    boolean[];
    cursors  bigint[] := array_fill(0::bigint, array[cardinality(cursor_key)]);
    versions bigint[] := array_fill(0::bigint, array[cardinality(stream_id)]);
    starts   bigint[] := array_fill(-1::bigint, array[cardinality(append_unit)]);
    first_append int := 1;
    next_append  int;
    entry int;
    a int;
    r record;
begin
    perform pg_advisory_xact_lock_shared(hutong_append_lock());

    outcome := array_fill(0, array[unit_count]);
    found := array_fill(0::bigint, array[unit_count]);
    failed_append := array_fill(0, array[unit_count]);
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
    end if;

    if true = any (stream_may_create) then
        insert into mt_streams (id, type, version, timestamp, created)
        select s.id, s.type, 0, recorded_at, recorded_at
        from unnest(stream_id, stream_type, stream_may_create) as s (id, type, may_create)
        where s.may_create
        order by s.id collate "C"
        on conflict do nothing;
    end if;
    for r in
        select s.ord, m.version, m.is_archived
        from unnest(stream_id) with ordinality as s (id, ord)
        join mt_streams m on m.id = s.id
        order by m.id
        for update of m
    loop
        versions[r.ord] := case when r.is_archived then -1 else r.version end;
    end loop;

    for u in 1 .. unit_count loop
        next_append := first_append;
        while next_append <= cardinality(append_unit) and append_unit[next_append] = u loop
            next_append := next_append + 1;
        end loop;

        entry := unit_inbox[u];
        if entry > 0 and not fresh[entry] then
            outcome[u] := 2;
        elsif entry > 0 and inbox_cursor_ix[entry] > 0 and cursors[inbox_cursor_ix[entry]] <> inbox_previous[entry] then
            outcome[u] := 3;
            found[u] := cursors[inbox_cursor_ix[entry]];
        else
            for a in first_append .. next_append - 1 loop
                if versions[append_stream[a]] < 0
                   or (append_expected[a] >= 0 and versions[append_stream[a]] <> append_expected[a])
                   or (append_expected[a] = -2 and versions[append_stream[a]] = 0)
                then
                    outcome[u] := 1;
                    found[u] := versions[append_stream[a]];
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
        end if;
        first_append := next_append;
    end loop;

    insert into mt_events (seq_id, id, stream_id, version, data, type, timestamp, mt_dotnet_type,
                           correlation_id, causation_id, headers, is_archived)
    select nextval('mt_events_sequence'), e.id, e.stream, e.version, e.data, e.type, recorded_at, e.dotnet_type,
           e.correlation, e.causation, e.headers, false
    from (select x.*, starts[x.append] + x."offset" as version
          from unnest(event_append, event_offset, event_stream, event_id, event_type, event_dotnet_type, event_data,
                      event_correlation, event_causation, event_headers) with ordinality
               as x (append, "offset", stream, id, type, dotnet_type, data, correlation, causation, headers, ord)
          where starts[x.append] >= 0
          order by x.ord) e;

    update mt_streams m set version = s.version, timestamp = recorded_at
    from unnest(stream_id, versions) as s (id, version)
    where m.id = s.id and s.version > 0 and m.version <> s.version;

    if 0 < any (outcome) then
        delete from mt_streams m using unnest(stream_id) as s (id) where m.id = s.id and m.version = 0;
        delete from inbox b
        using unnest(unit_inbox, outcome) as u (entry, outcome),
              unnest(inbox_consumer, inbox_message, fresh) with ordinality as i (consumer, message, fresh, ord)
        where u.outcome > 0 and i.ord = u.entry and i.fresh and b.consumer = i.consumer and b.message_id = i.message;
    end if;

    update inbox_cursor c set version = k.version
    from unnest(cursor_consumer, cursor_key, cursors) as k (consumer, key, version)
    where c.consumer = k.consumer and c.order_key = k.key and c.version <> k.version;

    perform set_config('hutong.accepted',
        (select coalesce(array_agg(u.ord), '{}')::text from unnest(outcome) with ordinality as u (outcome, ord) where u.outcome = 0),
        true);
end $$;
