-- One row per post heard of, owned by its stream: for walking up a chain in one query.
create table known_post (
    post_id       uuid primary key,
    author_id     uuid not null,
    parent_id     uuid,
    root_id       uuid not null,
    depth         int not null,
    product_id    text,
    published_at  timestamptz not null
);
