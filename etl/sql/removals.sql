-- Whether anything is excluded, or was, and whether anybody was erased. Until the transaction ends, no
-- operator adds to either (they lock both tables), so what this says stays right.
select exists (select from etl.exclusions) or exists (select from etl.excluded_events) as excludes,
       exists (select from etl.erasures) as erases
