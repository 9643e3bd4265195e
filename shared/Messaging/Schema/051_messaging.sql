-- The version last published per order key ({family}:{stream}): the "previous" of the next message.
create table relay_cursor (
    order_key  text collate "C" primary key,
    version    bigint not null
);

-- Messages a consumer could not apply, kept in full until a replay applies them.
create table parked_message (
    queue         text collate "C" not null,
    message_id    uuid not null,
    order_key     text collate "C",
    version       bigint not null,
    envelope      text not null,
    reason        text not null,
    attempts      int not null default 1,
    parked_at     timestamptz not null default now(),
    primary key (queue, message_id)
);
create index parked_message_key on parked_message (queue, order_key, version);
