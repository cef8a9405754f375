-- Makes room for the next part of a large object, within its transaction.
truncate pg_temp.incoming
