-- A session is a client's while the person consents to it: as old as the look at the consent, like a grant.
alter table session_client add column granted_at timestamptz not null default now();

-- The first of a subject that was not taken, however many there are.
create index security_event_first on security_event (client_id, subject, position, (sid is not null), number) where closed_at is null;

-- That a session is over comes behind all else of its place in the log.
drop index security_event_in_order;
create index security_event_in_order on security_event (client_id, position, (sid is not null), number);

-- Events are kept by when they happened.
drop index security_event_closed;
create index security_event_kept on security_event (occurred_at) where closed_at is not null;

-- Who is waiting for a logout, whoever it is.
create index logout_delivery_due on logout_delivery (next_attempt_at);
