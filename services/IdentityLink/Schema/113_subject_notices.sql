-- Signed notices to partners: a sub of theirs was succeeded by another, or holds again. Written with the merge or split.
create table subject_notice (
    id        uuid primary key,
    sector    text collate "C" not null,
    jws       text not null,
    -- The last position of the log that this transaction drew: at or below the log's high-water mark nothing appears later.
    position  bigint not null default currval('mt_events_sequence')
);
create index subject_notice_of_sector on subject_notice (sector, position, id);
