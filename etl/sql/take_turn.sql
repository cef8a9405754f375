-- One refresh at a time. The first statement of its transaction, which then sees what the one
-- before has committed.
lock table rollups.turn in exclusive mode
