-- Expiring rows. Whatever a browser or client holds as a secret is here as its SHA-256 only.

-- A signed-in browser. Its id changes at every sign-in and link; sid, which tokens carry, does not.
create table browser_session (
    id_hash           bytea primary key,
    sid               uuid not null unique,
    person_id         uuid not null,
    account           text not null,
    authenticated_at  timestamptz not null,
    expires_at        timestamptz not null
);

-- A sign-in or link under way at a platform. Taken once, by the browser that began it, for that platform.
create table callback_state (
    state_hash    bytea primary key,
    browser_hash  bytea not null,
    platform      text not null,
    intent        text not null,
    person_id     uuid,
    request_id    text,
    expires_at    timestamptz not null
);

-- Control of a second account was proved. Taken once, by the session and person that proved it. Its content is sealed.
create table link_proof (
    id_hash       bytea primary key,
    browser_hash  bytea not null,
    person_id     uuid not null,
    proved        jsonb not null,
    expires_at    timestamptz not null
);
