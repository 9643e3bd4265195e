-- Which claims the client wants in the id token besides those that are always there (OpenID Connect Core, section 5.5).
alter table authorization_code add column id_token_claims text[] not null default '{}';
