-- The event tables, column for column as Marten 9 has them with string identity, headers, correlation and
-- causation switched on, so that Marten opens the same database and continues the same streams.

create table mt_streams (
    id           varchar collate "C" not null,
    type         varchar,
    version      bigint,
    timestamp    timestamptz not null default now(),
    created      timestamptz not null default now(),
    tenant_id    varchar default '*DEFAULT*',
    is_archived  boolean default false,
    constraint pkey_mt_streams_id primary key (id)
);

create table mt_events (
    seq_id          bigint not null,
    id              uuid not null,
    stream_id       varchar collate "C",
    version         bigint not null,
    data            jsonb not null,
    bdata           bytea,
    type            varchar(500) not null,
    timestamp       timestamptz not null default now(),
    tenant_id       varchar default '*DEFAULT*',
    mt_dotnet_type  varchar,
    correlation_id  varchar,
    causation_id    varchar,
    headers         jsonb,
    is_archived     boolean default false,
    constraint pkey_mt_events_seq_id primary key (seq_id),
    constraint fkey_mt_events_stream_id foreign key (stream_id) references mt_streams (id) on delete cascade
);
create unique index pk_mt_events_stream_and_version on mt_events (stream_id, version);

create sequence mt_events_sequence owned by mt_events.seq_id;

create table mt_event_progression (
    name          varchar not null,
    last_seq_id   bigint,
    last_updated  timestamptz default transaction_timestamp(),
    constraint pk_mt_event_progression primary key (name)
);

-- What each consumer has handled. Kept as long as a replay is possible.
create table inbox (
    consumer     text collate "C" not null,
    message_id   uuid not null,
    received_at  timestamptz not null default now(),
    primary key (consumer, message_id)
);

-- The version last applied per consumer and order key: tells "next" from "something is missing".
create table inbox_cursor (
    consumer   text collate "C" not null,
    order_key  text collate "C" not null,
    version    bigint not null,
    primary key (consumer, order_key)
);

-- One owner per log reader; the token grows with every change of owner and fences the checkpoint.
create table lease (
    name        text primary key,
    owner       uuid not null,
    token       bigint not null,
    expires_at  timestamptz not null
);

-- A person's data key, wrapped by a key-encryption key that is not in this database. Deleting the row erases.
create table person_key (
    person_id    uuid primary key,
    kek_id       text not null,
    wrapped_key  bytea not null,
    created_at   timestamptz not null default now()
);
