-- Opens a run and holds its lock for as long as this session lives: by that,
-- later runs tell one that is at work from one that vanished.
-- $1 trigger, $2 scope.
with run as (
    insert into etl.runs (trigger, scope) values ($1, $2) returning run_id
)
select run_id, pg_advisory_lock(1396856658, run_id::integer)::text as locked from run
