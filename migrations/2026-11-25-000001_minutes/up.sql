-- What happened in each queue, minute by minute: levels as they were at its end (null when nobody
-- looked), and what came in between. Kept for 30 days.
CREATE TABLE minutes (
    queue_id    UUID   NOT NULL REFERENCES queues (id),
    minute      BIGINT NOT NULL,
    waiting     INTEGER,
    load        INTEGER,
    capacity    INTEGER,
    opened      INTEGER NOT NULL,
    assigned    INTEGER NOT NULL,
    in_target   INTEGER NOT NULL,
    wait_p50_ms BIGINT,
    wait_p90_ms BIGINT,
    resolved    INTEGER NOT NULL,
    unresolved  INTEGER NOT NULL,
    abandoned   INTEGER NOT NULL,
    PRIMARY KEY (queue_id, minute)
);
CREATE INDEX minutes_by_minute ON minutes (minute);
-- Who was assigned in a minute, and how long recent conversations took.
CREATE INDEX conversations_by_assignment ON conversations (assigned_at) WHERE assigned_at IS NOT NULL;
CREATE INDEX conversations_ended_in_queue ON conversations (queue_id, closed_at) WHERE closed_at IS NOT NULL;
