-- Hands a role and its password verifier to the statement that sets it, which
-- itself takes no parameters.
select set_config('sbw.role', $1, true), set_config('sbw.verifier', $2, true);
