-- Signing keys, made once and shared by all instances. The private part is wrapped by a key-encryption key.
create table signing_key (
    kid                  text primary key,
    generation           int not null unique,
    kek_id               text not null,
    wrapped_private_key  bytea not null,    -- PKCS#8
    created_at           timestamptz not null
);

-- An authorization request that waits for sign-in or consent.
create table authorize_request (
    id          text collate "C" primary key,
    request     jsonb not null,
    created_at  timestamptz not null,
    expires_at  timestamptz not null
);

-- What one authorization gave a client. Its code and tokens hold only while it is not revoked.
create table token_grant (
    grant_id    uuid primary key,
    client_id   text not null,
    person_id   uuid not null,
    sid         uuid not null,
    subject     text not null,
    scope       text not null,
    nonce       text,
    auth_time   timestamptz not null,
    offline     boolean not null,           -- outlives the browser session
    revoked_at  timestamptz,
    expires_at  timestamptz not null
);
create index token_grant_session on token_grant (sid);

create table authorization_code (
    code_hash       bytea primary key,
    grant_id        uuid not null references token_grant on delete cascade,
    redirect_uri    text not null,
    code_challenge  text,
    used_at         timestamptz,
    expires_at      timestamptz not null
);

create table access_token (
    token_hash  bytea primary key,
    grant_id    uuid not null references token_grant on delete cascade,
    scope       text not null,
    expires_at  timestamptz not null
);

-- A rotated token stays, so that its reuse is noticed. Its successor is derived from it and the salt.
create table refresh_token (
    token_hash  bytea primary key,
    grant_id    uuid not null references token_grant on delete cascade,
    salt        bytea not null,
    rotated_at  timestamptz,
    expires_at  timestamptz not null
);

-- The clients that a browser session signed in to: whom to tell when it ends.
create table session_client (
    sid        uuid not null,
    client_id  text not null,
    subject    text not null,
    primary key (sid, client_id),
    foreign key (sid) references browser_session (sid) on delete cascade
);

-- Logout tokens still to be delivered (OpenID Connect Back-Channel Logout 1.0).
create table logout_delivery (
    id               uuid primary key,
    client_id        text not null,
    sid              uuid not null,
    subject          text not null,
    attempts         int not null default 0,
    next_attempt_at  timestamptz not null,
    expires_at       timestamptz not null
);
create index logout_delivery_due on logout_delivery (next_attempt_at);
