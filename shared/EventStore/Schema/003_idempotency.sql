-- Answers to POSTs under an Idempotency-Key, written in the transaction of what they answer. Kept for a day.
create table idempotency_key (
    scope         text collate "C" not null,
    key           text collate "C" not null,
    request_hash  text not null,
    answer        jsonb not null,
    created_at    timestamptz not null default now(),
    primary key (scope, key)
);
create index idempotency_key_age on idempotency_key (created_at);
