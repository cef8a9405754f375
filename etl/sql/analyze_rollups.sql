-- Tells the planner what the rollups hold now. Tables that are not the role's to
-- look at are left out with a warning; autovacuum comes to them.
analyze rollups.words, rollups.event_counts, rollups.slots, rollups.scopes, rollups.subjects, rollups.subject_counts,
        rollups.people, rollups.scope_hours, rollups.people_spans, rollups.sessions,
        rollups.session_counts, rollups.session_seconds, rollups.session_cuts, rollups.session_stays, rollups.days
