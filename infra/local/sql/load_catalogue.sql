-- Takes the catalogue's file, header and all, into the table that catalogue_stage.sql makes.
copy catalogue from stdin (format csv, header);
