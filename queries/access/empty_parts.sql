-- Makes room for functions and rollups. Nothing in them that their files and the events do not
-- give again; the triggers on events go with the functions that they call. A file may name what a
-- later file makes.
set local client_min_messages = warning;
set local check_function_bodies = off;
drop schema if exists rollups, metrics cascade;
create schema metrics authorization sbw_owner;
create schema rollups authorization sbw_owner
