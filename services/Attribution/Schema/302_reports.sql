-- Read models of the reports, by one asynchronous projection; dropped and rebuilt at will.

-- One row per order, with its last statement.
create table credited_order (
    order_id      uuid primary key,
    product_id    text not null,
    quantity      int not null,
    total_minor   bigint not null,
    currency      text not null,
    confirmed_at  timestamptz not null,
    statement     int not null default 0
);

-- The denominators: every order, credited or not.
create table order_total (
    currency     text collate "C" primary key,
    orders       bigint not null,
    total_minor  bigint not null,
    as_of        timestamptz not null
);

-- The lines of each order's last statement. The axis is "channel" or "post"; the target is the channel's name or the
-- post's id, and empty for what nobody is credited with.
create table credit_line (
    order_id      uuid not null,
    model         text collate "C" not null,
    axis          text collate "C" not null,
    target        text collate "C" not null,
    credit_minor  bigint not null,
    primary key (order_id, model, axis, target)
);

-- Their sums: a line that a newer statement replaces is taken out again.
create table credit_total (
    model         text collate "C" not null,
    currency      text collate "C" not null,
    axis          text collate "C" not null,
    target        text collate "C" not null,
    orders        bigint not null,
    credit_minor  bigint not null,
    primary key (model, currency, axis, target)
);
create index credit_total_rank on credit_total (model, currency, axis, credit_minor desc, target desc) where orders > 0;

create table click_total (
    axis    text collate "C" not null,
    target  text collate "C" not null,
    clicks  bigint not null,
    primary key (axis, target)
);
