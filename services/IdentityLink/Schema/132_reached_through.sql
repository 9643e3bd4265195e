-- As before, with casts where the operators of 131 were not immutable, so that the planner can put the body in the place of
-- the call: a look at what holds took twice as long with it.
create or replace function reached_through(account text, link_version bigint, person_id uuid) returns text[]
language sql immutable parallel safe as $$
    select array[
        'account:' || account, 'link:' || account || '@' || link_version::text,
        'platform:' || substr(split_part(account, ':', 1), length('account-') + 1), 'person:' || person_id::text]
$$;
