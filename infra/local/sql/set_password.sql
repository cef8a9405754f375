-- Gives the role its password: a verifier, so that the server never hears the
-- password itself and no log can repeat it.
do $$
begin
    execute format('alter role %I password %L',
                   current_setting('sbw.role'), current_setting('sbw.verifier'));
end
$$;
