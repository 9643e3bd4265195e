-- Authorization requests that a client pushed beforehand (RFC 9126): taken once, by the browser that brings the name.
create table pushed_request (
    name_hash   bytea primary key,
    client_id   text collate "C" not null,
    request     jsonb not null,
    expires_at  timestamptz not null
);

-- The successor of a refresh token is derived from it by a key of ours, so that rotating one takes no look at its row first.
alter table refresh_token drop column salt;
