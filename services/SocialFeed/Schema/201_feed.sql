-- Read models of what people say. Text and names stand here in the clear so that they can be shown; deleting the
-- rows and the author's key erases them.

create table author (
    person_id  uuid primary key,
    nickname   text
);

-- One row per post, owned by its stream.
create table post (
    post_id       uuid primary key,
    author_id     uuid not null,
    text          text,
    product_id    text,
    parent_id     uuid,
    root_id       uuid not null,
    depth         int not null,
    published_at  timestamptz not null,
    version       bigint not null
);
create index post_latest on post (published_at desc, post_id desc);
create index post_author on post (author_id, published_at desc);
create index post_root on post (root_id);

-- A person passes a post on once.
create table repost_claim (
    parent_id  uuid not null,
    author_id  uuid not null,
    post_id    uuid not null,
    primary key (parent_id, author_id)
);

-- The home timelines, by an asynchronous projection; dropped and rebuilt at will. It keeps its own copies of who
-- follows whom and who wrote what, as of the position it has reached, so that a rebuild equals the live one.
create table timeline_entry (
    owner_id   uuid not null,
    position   bigint not null,
    post_id    uuid not null,
    author_id  uuid not null,
    primary key (owner_id, position)
);
create index timeline_entry_author on timeline_entry (owner_id, author_id);

create table timeline_follow (
    follower_id  uuid not null,
    followee_id  uuid not null,
    primary key (follower_id, followee_id)
);
create index timeline_follow_followee on timeline_follow (followee_id);

create table timeline_post (
    author_id  uuid not null,
    position   bigint not null,
    post_id    uuid not null,
    primary key (author_id, position)
);

-- How often a post was passed on, directly or further down, by the same projection.
create table repost_count (
    post_id  uuid primary key,
    direct   int not null default 0,
    total    int not null default 0
);
create table timeline_parent (
    post_id    uuid primary key,
    parent_id  uuid not null
);
