-- Access tokens of clients that speak for themselves (RFC 6749, section 4.4). Times are the database's.
create table client_token (
    token_hash  bytea primary key,
    client_id   text collate "C" not null,
    scope       text not null,
    issued_at   timestamptz not null default now(),
    expires_at  timestamptz not null
);

-- Those that hold: a revocation of the client ends what it was given within its window, see live_grant.
create view live_client_token as
select t.* from client_token t
where t.expires_at > now()
  and not exists (
      select from revocation_target r
      where r.target = 'client:' || t.client_id and t.issued_at >= r.window_from and t.issued_at < r.window_to);
