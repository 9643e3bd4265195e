-- The jti of client assertions (RFC 7523, section 3) that were used: each is good once, on whichever instance, and is
-- kept here until the assertion is over.
create table client_assertion (
    client_id   text collate "C" not null,
    jti_hash    bytea not null,
    expires_at  timestamptz not null,
    primary key (client_id, jti_hash)
);
