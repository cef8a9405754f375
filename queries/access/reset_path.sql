-- The path that the session came with.
reset search_path
