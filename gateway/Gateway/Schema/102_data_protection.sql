-- The Data Protection key ring that all instances share. Each key is wrapped by a key-encryption key that is not here.
create table data_protection_key (
    name       text collate "C" primary key,
    element    text not null,
    created_at timestamptz not null default now()
);
