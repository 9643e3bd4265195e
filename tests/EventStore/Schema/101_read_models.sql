-- Read models of the specs.
create table light (
    lamp_id  text primary key,
    is_on    boolean not null,
    changes  int not null default 0,
    "order"  int,
    kind     text
);

create table handle (
    name   text primary key,
    owner  text not null unique
);

create table switching (
    lamp_id    text primary key,
    times      bigint not null,
    last_seen  bigint not null
);
