-- A browser signed in at one of our sites. The cookie's value is here as its SHA-256 only.
create table session (
    id_hash            bytea primary key,
    site               text not null,
    sid                text collate "C" not null,   -- the provider's name of the session this one hangs on
    subject            text collate "C" not null,   -- the person as this site knows them: pairwise
    tokens             bytea not null,              -- encrypted, bound to the row
    access_expires_at  timestamptz not null,
    last_seen_at       timestamptz not null,
    expires_at         timestamptz not null
);
create index session_sid on session (sid);
create index session_subject on session (site, subject);
create index session_age on session (expires_at);

-- A sign-in under way at the provider. Taken once, by the browser that began it, at the site it began at. Nonce and
-- PKCE verifier are not here: they are derived from the browser's secret.
create table sign_in_state (
    state_hash    bytea primary key,
    browser_hash  bytea not null,
    site          text not null,
    return_path   text not null,
    silent        boolean not null,
    expires_at    timestamptz not null
);
create index sign_in_state_age on sign_in_state (expires_at);

-- Sessions of the provider that ended lately: a sign-in still under way must not begin one of ours on them, and what
-- was obtained in their name before must be asked for again.
create table ended_session (
    sid       text collate "C" primary key,
    ended_at  timestamptz not null
);
create index ended_session_age on ended_session (ended_at);

-- Logout tokens taken, until they have expired: none is taken twice.
create table logout_token (
    site        text not null,
    jti         text collate "C" not null,
    expires_at  timestamptz not null,
    primary key (site, jti)
);
create index logout_token_age on logout_token (expires_at);
