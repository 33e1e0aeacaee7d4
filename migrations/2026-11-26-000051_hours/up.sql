-- When a queue is open: a week and single days, in a zone of time. The plan is read and written
-- whole, as `src/hours.rs` spells it. `version` grows with every change and keeps others waiting.
CREATE TABLE schedules (
    id         UUID   NOT NULL PRIMARY KEY,
    name       TEXT   NOT NULL,
    name_key   TEXT   NOT NULL CONSTRAINT schedule_name_is_unique UNIQUE,
    time_zone  TEXT   NOT NULL,
    plan       JSON   NOT NULL,
    version    BIGINT NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL
);
-- None: the queue is always open. Not a foreign key: SQLite could not take it back.
ALTER TABLE queues ADD COLUMN schedule_id UUID;
-- What becomes of who comes outside of the hours.
ALTER TABLE queues ADD COLUMN outside_hours TEXT NOT NULL DEFAULT 'leave_message'
    CONSTRAINT outside_hours_is_known CHECK (outside_hours IN ('leave_message', 'refuse'));
-- Its customer left it as a message: nobody was expected then, and he is not expected to stay.
ALTER TABLE conversations ADD COLUMN left_outside_hours BOOLEAN NOT NULL DEFAULT FALSE;
