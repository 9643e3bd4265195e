-- A device that waits to be let in (RFC 8628). Both codes are here as their SHA-256. Times are the database's.
create table device_authorization (
    id                uuid primary key,
    device_code_hash  bytea not null unique,
    user_code_hash    bytea not null unique,
    client_id         text collate "C" not null,
    scope             text not null,
    interval_seconds  int not null,             -- how long it has to wait between two questions
    polled_at         timestamptz,
    grant_id          uuid references token_grant on delete set null,
    denied_at         timestamptz,
    redeemed_at       timestamptz,              -- it got its tokens: once
    expires_at        timestamptz not null
);
create index device_authorization_grant on device_authorization (grant_id);

-- How many codes somebody tried that were none: a keyed hash of who tried, never of the code, so that nobody is locked out
-- by what somebody else tries.
create table user_code_guess (
    guesser_hash  bytea primary key,
    tried         int not null,
    expires_at    timestamptz not null
);
