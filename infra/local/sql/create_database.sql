-- The warehouse's database; byte order for texts, as the metrics sort them.
create database clickstream_dw template template0 encoding 'UTF8' locale 'C.UTF-8';
