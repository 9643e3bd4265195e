-- A session that nobody uses ends, and one that is used does not go on for ever: expires_at is the earlier of the two, and
-- moves on with use, though not with every one. It counts by the database's clock, in every look at what holds.
alter table browser_session add column last_used_at timestamptz not null default now();

create or replace view live_session as
select s.* from browser_session s
join linked_account l on l.account = s.account and l.link_version = s.link_version and l.person_id = s.person_id
where s.expires_at > now() and not exists (
    select from revocation_target r
    where r.target = any (reached_through(s.account, s.link_version, s.person_id))
      and r.window_to > least(s.begun_at, s.authenticated_at)
      and ((s.begun_at >= r.window_from and s.begun_at < r.window_to)
           or (s.authenticated_at >= r.window_from and s.authenticated_at < r.window_to)));
