-- Erasing a person deletes their grants with the commit.
create index token_grant_person on token_grant (person_id);
create index authorization_code_grant on authorization_code (grant_id);
create index access_token_grant on access_token (grant_id);
create index refresh_token_grant on refresh_token (grant_id);
