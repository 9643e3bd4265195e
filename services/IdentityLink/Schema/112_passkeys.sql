-- What it takes to verify that somebody holds a passkey: the credential record of WebAuthn Level 3, section 4. A row per
-- account at platform passkey, written with its link, owned by its stream and gone with it. Whose it is says the stream.
create table passkey (
    account             text collate "C" primary key,   -- the account's stream id
    credential_id       bytea not null,
    user_handle         text collate "C" not null,      -- random; what authenticators know the person by
    public_key          bytea not null,                 -- COSE_Key
    sign_count          bigint not null,
    transports          text[] not null,
    is_user_verified    boolean not null,
    is_backup_eligible  boolean not null,
    is_backed_up        boolean not null,
    attestation_object  bytea not null,
    client_data_json    bytea not null,
    created_at          timestamptz not null
);
create index passkey_holder on passkey (user_handle);

-- A challenge given out. Taken once, by the browser and person it was made for. Its content is encrypted.
create table passkey_ceremony (
    id_hash        bytea primary key,
    browser_hash   bytea not null,
    kind           text not null,
    person_id      uuid,
    kek_id         text not null,
    wrapped_state  bytea not null,
    expires_at     timestamptz not null
);
