-- When a session began, by the database's clock: whether it lies in a window must not hang on which instance it began at.
alter table browser_session add column begun_at timestamptz;
update browser_session set begun_at = authenticated_at;
alter table browser_session alter column begun_at set default now(), alter column begun_at set not null;

-- In what it began, as coarse as people need to tell their own devices apart: two words of a fixed list, see Device.
alter table browser_session
    add column browser  text,
    add column system   text;
