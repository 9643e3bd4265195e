-- The folded state of a stream, written with its events: see SnapshotOf. Lists of products page over it by stream id.
create table snapshot (
    stream_id  text collate "C" primary key,
    version    bigint not null,
    shape      int not null,
    state      jsonb not null
);

-- Who ordered, and which orders wait for payment. One row per order stream.
create table customer_order (
    order_id    uuid primary key,
    person_id   uuid not null,
    status      text not null,
    expires_at  timestamptz not null
);
create index customer_order_of_person on customer_order (person_id, order_id);
create index customer_order_due on customer_order (expires_at) where status = 'reserved';

-- The posts that show a product, and who wrote them: their own reposts do not count.
create table product_post (
    post_id     uuid primary key,
    product_id  text collate "C" not null,
    author_id   uuid not null
);

-- Each repost, and whether and why it counted.
create table product_repost (
    post_id      uuid primary key,
    product_id   text collate "C" not null,
    person_id    uuid not null,
    reason       text,
    count        bigint,
    reposted_at  timestamptz not null
);
create index product_repost_of_product on product_repost (product_id, post_id);

-- A person counts once per product, whatever is delivered again or at the same moment.
create table ladder_claim (
    product_id  text collate "C" not null,
    person_id   uuid not null,
    post_id     uuid not null,
    primary key (product_id, person_id)
);

-- A shop's reputation, over the streams of all its orders.
create table shop_reputation (
    shop_id  uuid primary key,
    points   bigint not null,
    as_of    timestamptz not null
);

-- The simulated payment provider's own books; no service state.
create table simulated_payment (
    payment_id    uuid primary key,
    request_hash  text not null,
    amount_minor  bigint not null,
    currency      text not null,
    declined      text,
    refunded_at   timestamptz
);
