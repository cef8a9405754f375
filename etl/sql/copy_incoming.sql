-- Takes a chunk's rows, all columns in the table's order.
copy pg_temp.incoming from stdin (format binary)
