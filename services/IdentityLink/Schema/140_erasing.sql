-- Erasing a person deletes their grants with the commit.
create index token_grant_person on token_grant (person_id);
