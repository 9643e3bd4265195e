-- What was obtained through a link holds only while that very link does. So there is one place that says what holds:
-- the views below. Ending a link is then one row, however many sessions and tokens hang on it; telling clients follows.

-- The version of the account's stream that made the link. A link that was cut and made again is another one.
alter table linked_account add column link_version bigint not null default 1;
alter table linked_account alter column link_version drop default;

-- Nothing told before by which link a session came about: whoever is signed in signs in once more.
delete from browser_session;
delete from token_grant;

alter table browser_session add column link_version bigint not null;
create index browser_session_person on browser_session (person_id);
create index browser_session_account on browser_session (account);

alter table token_grant
    add column account       text collate "C" not null,
    add column link_version  bigint not null,
    add column created_at    timestamptz not null;
create index token_grant_account on token_grant (account);

-- The person took back a consent: what the partner was granted before does not hold, whoever of those they were merged
-- from had granted it. There is a row for each of them, so that undoing the merge brings nothing back.
create table consent_withdrawal (
    person_id     uuid not null,
    client_id     text not null,
    withdrawn_at  timestamptz not null,
    primary key (person_id, client_id)
);

-- A session holds while the account it was begun with is linked, by the same link, to the same person.
create view live_session as
select s.* from browser_session s
join linked_account l on l.account = s.account and l.link_version = s.link_version and l.person_id = s.person_id;

-- A grant follows its link to whom the account belongs now, as long as the partner knows them by the same sub.
create view live_grant as
select g.grant_id, g.client_id, l.person_id, g.sid, g.subject, g.scope, g.nonce, g.auth_time, g.account, g.offline, g.expires_at
from token_grant g
join linked_account l on l.account = g.account and l.link_version = g.link_version
where g.revoked_at is null
  and exists (select from subject s where s.person_id = l.person_id and s.subject = g.subject)
  and not exists (
      select from consent_withdrawal w
      where w.person_id in (l.person_id, g.person_id) and w.client_id = g.client_id and w.withdrawn_at >= g.created_at)
  and (g.offline or exists (select from live_session s where s.sid = g.sid));

-- What a person should know of: shown until they have seen it.
create table notice (
    id         uuid primary key,
    person_id  uuid not null,
    kind       text not null,
    platform   text,
    at         timestamptz not null,
    seen_at    timestamptz
);
create index notice_person on notice (person_id, at desc);
