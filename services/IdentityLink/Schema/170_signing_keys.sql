-- Keys of two algorithms, each with one that signs and one that is published to follow it. What a key is when, its times
-- say, by the database's clock: it signs from signs_from until the next of its algorithm does.
alter table signing_key
    add column algorithm     text not null default 'RS256',
    add column public_key    jsonb,                         -- a JWK; null only for a key from before this script
    add column signs_from    timestamptz,
    add column withdrawn_at  timestamptz;                   -- it leaked: nothing is believed by it any more
update signing_key set signs_from = created_at;
alter table signing_key
    alter column algorithm drop default,
    alter column signs_from set not null,
    -- The private part goes when the key signs no more; the public part stays for what it signed.
    alter column kek_id drop not null,
    alter column wrapped_private_key drop not null,
    drop constraint signing_key_generation_key,
    add constraint signing_key_generation unique (algorithm, generation);
