-- What is deleted once it is over is found without a look at the whole table. Not token_grant: refreshing moves its end, and
-- an index of that would be written to each time.
create index access_token_expiry on access_token (expires_at);
create index refresh_token_expiry on refresh_token (expires_at);
create index client_token_expiry on client_token (expires_at);
create index client_assertion_expiry on client_assertion (expires_at);
