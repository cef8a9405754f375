-- The shop's database, as the hosts make theirs.
create database clickstream_web template template0 encoding 'UTF8' locale 'C.UTF-8';
