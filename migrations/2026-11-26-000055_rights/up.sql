-- What one rep is trusted with: what reps could do before, until an admin says otherwise.
ALTER TABLE reps ADD COLUMN may_claim BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE reps ADD COLUMN sees TEXT NOT NULL DEFAULT 'waiting'
    CONSTRAINT rep_sees_known CHECK (sees IN ('own', 'waiting', 'queues', 'all'));
ALTER TABLE reps ADD COLUMN may_override BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE reps ADD COLUMN may_export BOOLEAN NOT NULL DEFAULT FALSE;
