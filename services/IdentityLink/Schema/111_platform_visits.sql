-- What a visit to a platform keeps until its answer comes (nonce, PKCE verifier), wrapped by a key-encryption key and
-- bound to the state's hash. Visits that began before this column was there are over.
alter table callback_state
    add column kek_id        text,
    add column wrapped_visit bytea;
