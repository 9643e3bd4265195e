-- Which persons' keys another key-encryption key than the current one wraps, and how many.
create index person_key_kek on person_key (kek_id);
