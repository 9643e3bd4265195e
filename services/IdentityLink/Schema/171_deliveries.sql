-- How deliveries to partners went, attempt by attempt, for them to read. It does not tell whom a delivery was about.
create table delivery_attempt (
    id               uuid primary key,
    client_id        text collate "C" not null,
    kind             text not null,              -- logout or event
    delivery_id      uuid not null,
    jti              uuid,                       -- of the token that was sent; null where the delivery was given up
    attempt          int not null,
    at               timestamptz not null,
    result           text not null,
    status           int,
    next_attempt_at  timestamptz
);
create index delivery_attempt_read on delivery_attempt (client_id, kind, at desc, id desc);
create index delivery_attempt_kept on delivery_attempt (at);

-- Security events for partners: still to be delivered, and for a while those that were, to be delivered again on demand.
-- They name the person as the partner does and by nothing else. Those of one subject go out in the order of the log.
create table security_event (
    id               uuid primary key,           -- the jti
    client_id        text collate "C" not null,
    subject          text collate "C" not null,
    kind             text not null,
    other            text,                       -- the subject that succeeded this one, or that it was separated from
    sid              uuid,                       -- the session that is over
    occurred_at      timestamptz not null,
    position         bigint not null,            -- of the event in the log, or of the log when a session ended
    number           bigint generated always as identity,
    attempts         int not null default 0,
    next_attempt_at  timestamptz not null,
    expires_at       timestamptz not null,
    closed_at        timestamptz                 -- delivered or given up
);
create index security_event_open on security_event (client_id, next_attempt_at) where closed_at is null;
create index security_event_of_subject on security_event (client_id, subject, position, number);
create index security_event_in_order on security_event (client_id, position, number);
create index security_event_closed on security_event (closed_at) where closed_at is not null;
