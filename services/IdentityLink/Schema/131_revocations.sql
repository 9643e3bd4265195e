-- An operator revoked all that was reached through something within a window of time. What that ends holds no more with
-- the commit of these rows, however much it is: the views below look here. Clients are told, and rows deleted, afterwards.

-- When a grant was made, by the database's clock; created_at is as old as the look at the consent it rests on.
alter table token_grant add column granted_at timestamptz;
update token_grant set granted_at = created_at;
alter table token_grant alter column granted_at set default now(), alter column granted_at set not null;

-- How far it has come.
create table revocation (
    id              uuid primary key,
    kind            text not null,
    target          text not null,
    link_version    bigint not null,
    persons         uuid[] not null,
    accounts        text[] not null,
    person_id       uuid,                               -- whose it is, where it is one person's: it goes with them
    window_from     timestamptz not null,
    window_to       timestamptz not null,               -- not in it any more
    sessions_ended  bigint not null default 0,
    grants_ended    bigint not null default 0,
    completed_at    timestamptz
);
create index revocation_open on revocation (id) where completed_at is null;
create index revocation_person on revocation (person_id);

-- What the views look at: few rows, and none for longer than something it matches could still turn up.
create table revocation_target (
    target         text collate "C" not null,           -- one of reached_through, or client:{client_id}
    window_from    timestamptz not null,
    window_to      timestamptz not null,
    revocation_id  uuid not null references revocation on delete cascade,
    primary key (target, window_to, revocation_id)
);
create index revocation_target_of on revocation_target (revocation_id);

alter table logout_delivery add column revocation_id uuid;
-- Each client is told by turns of its own.
create index logout_delivery_client on logout_delivery (client_id, next_attempt_at);
drop index logout_delivery_due;
create index logout_delivery_revocation on logout_delivery (revocation_id) where revocation_id is not null;

-- By what a session or grant that was obtained through a link can be revoked.
create function reached_through(account text, link_version bigint, person_id uuid) returns text[]
language sql immutable parallel safe as $$
    select array[
        'account:' || account, 'link:' || account || '@' || link_version,
        'platform:' || substr(split_part(account, ':', 1), length('account-') + 1), 'person:' || person_id]
$$;

-- As before, and not revoked: neither begun nor proved anew within the window.
create or replace view live_session as
select s.* from browser_session s
join linked_account l on l.account = s.account and l.link_version = s.link_version and l.person_id = s.person_id
where not exists (
    select from revocation_target r
    where r.target = any (reached_through(s.account, s.link_version, s.person_id))
      and r.window_to > least(s.begun_at, s.authenticated_at)
      and ((s.begun_at >= r.window_from and s.begun_at < r.window_to)
           or (s.authenticated_at >= r.window_from and s.authenticated_at < r.window_to)));

-- As before, and not revoked: neither granted within the window nor resting on a sign-in within it. Only the former where
-- a client is revoked: the sign-in was not its doing, and may go on to grant it something anew. A grant made while two
-- persons were one is, after the split, theirs whose account it follows, and no more theirs who made it.
create or replace view live_grant as
select g.grant_id, g.client_id, l.person_id, g.sid, g.subject, g.scope, g.nonce, g.auth_time, g.account, g.offline, g.expires_at
from token_grant g
join linked_account l on l.account = g.account and l.link_version = g.link_version
where g.revoked_at is null
  and exists (select from subject s where s.person_id = l.person_id and s.subject = g.subject)
  and not exists (
      select from consent_withdrawal w
      where w.person_id in (l.person_id, g.person_id) and w.client_id = g.client_id and w.withdrawn_at >= g.created_at)
  and (g.offline or exists (select from live_session s where s.sid = g.sid))
  and not exists (
      select from revocation_target r
      where r.target = any (
            reached_through(g.account, g.link_version, case g.person_id when l.person_id then l.person_id end)
            || ('client:' || g.client_id))
        and r.window_to > least(g.granted_at, g.auth_time)
        and ((g.granted_at >= r.window_from and g.granted_at < r.window_to)
             or (g.auth_time >= r.window_from and g.auth_time < r.window_to and left(r.target, 7) <> 'client:')));
