-- What pages show of linked accounts. Names live here and not in events, so that they can be deleted.
create table linked_account (
    account       text collate "C" primary key,   -- the account's stream id
    person_id     uuid not null,
    platform      text not null,
    display_name  text,
    linked_at     timestamptz not null
);
create index linked_account_person on linked_account (person_id, linked_at);

-- Pairwise subjects (OpenID Connect Core, section 8.1): one per person and sector, and no two persons share one.
create table subject (
    person_id  uuid not null,
    sector     text not null,
    subject    text collate "C" not null,
    constraint subject_of_person primary key (person_id, sector),
    constraint subject_is_unique unique (sector, subject)
);
