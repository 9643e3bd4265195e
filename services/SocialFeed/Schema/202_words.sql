-- What people said, and their names, stand in the clear beside their key and live no longer: erasing a person deletes the
-- key, and with it go these rows, whenever they were written. A commit that writes words or a name of somebody whose key
-- is gone is refused, and one that is under way is waited for.
create table post_text (
    post_id    uuid primary key,
    author_id  uuid not null references person_key on delete cascade,
    text       text not null
);
create index post_text_author on post_text (author_id);

insert into post_text (post_id, author_id, text)
select post_id, author_id, text from post join person_key on person_id = author_id where text is not null;
alter table post drop column text;

-- Deferred: a new author's name and key are written by one commit, in the order of the tables' names.
delete from author a where not exists (select from person_key k where k.person_id = a.person_id);
alter table author add constraint author_has_key
    foreign key (person_id) references person_key on delete cascade deferrable initially deferred;
