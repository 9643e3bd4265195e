-- A code that a person keeps for the day on which no way in is open. Whether it still holds, their stream tells; this
-- finds the person. Its SHA-256 only.
create table recovery_code (
    person_id  uuid primary key,
    code_id    uuid not null,
    code_hash  text collate "C" not null unique
);

-- A browser that may link a new way in to a person, without being signed in.
create table recovery_attempt (
    browser_hash  bytea primary key,
    person_id     uuid not null,
    code_id       uuid,
    expires_at    timestamptz not null
);
