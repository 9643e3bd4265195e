-- The registered clients as every instance keeps them in memory. What they are is told by their streams; their contacts,
-- which are personal, are there alone.
create table registered_client (
    client_id      text collate "C" primary key,
    owner_id       uuid not null,               -- who registered it
    status         text not null,
    waits          boolean not null,            -- for an operator: itself, or a change of it
    details        jsonb not null,
    registered_at  timestamptz not null,
    version        bigint not null,             -- that of its stream
    position       bigint not null              -- the last position of the log that the transaction which wrote it drew
);
create index registered_client_position on registered_client (position);
create index registered_client_owner on registered_client (owner_id, client_id);
create index registered_client_waiting on registered_client (client_id) where waits;

-- By its position an instance finds what changed since it looked last.
create function position_of_log() returns trigger language plpgsql as $$
begin
    new.position := currval('mt_events_sequence');
    return new;
end
$$;
create trigger registered_client_position before insert or update on registered_client
    for each row execute function position_of_log();

-- As many as one person may have: a place each, so that two registrations at once cannot be one too many.
create table client_place (
    owner_id   uuid not null,
    place      int not null,
    client_id  text collate "C" not null unique,
    primary key (owner_id, place)
);

-- Whose a sector is, also that of a unionid: theirs whose client was approved with it first, for ever.
create table sector_owner (
    sector    text collate "C" primary key,
    owner_id  uuid not null
);
