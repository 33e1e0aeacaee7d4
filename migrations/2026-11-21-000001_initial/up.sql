-- Everybody: customers, reps and admins. `..._key` is the name folded by the program, because
-- lower() knows only ASCII in SQLite.
CREATE TABLE users (
    id            UUID   NOT NULL PRIMARY KEY,
    number        BIGINT NOT NULL CONSTRAINT user_number_is_unique UNIQUE,
    role          TEXT   NOT NULL CONSTRAINT role_is_known CHECK (role IN ('customer', 'rep', 'admin')),
    username      TEXT,
    username_key  TEXT CONSTRAINT username_is_unique UNIQUE,
    email         TEXT,
    email_key     TEXT CONSTRAINT email_is_unique UNIQUE,
    phone         TEXT CONSTRAINT phone_is_unique UNIQUE,
    first_name    TEXT   NOT NULL DEFAULT '',
    last_name     TEXT   NOT NULL DEFAULT '',
    display_name  TEXT   NOT NULL,
    password_hash TEXT,
    token_version INTEGER NOT NULL DEFAULT 0,
    disabled_at   BIGINT,
    created_at    BIGINT NOT NULL
);

-- Where conversations of one kind wait, with the policy of dispatch beside them.
CREATE TABLE queues (
    id          UUID    NOT NULL PRIMARY KEY,
    name        TEXT    NOT NULL,
    name_key    TEXT    NOT NULL CONSTRAINT queue_name_is_unique UNIQUE,
    description TEXT    NOT NULL DEFAULT '',
    position    INTEGER NOT NULL DEFAULT 0,
    mode        TEXT    NOT NULL CONSTRAINT mode_is_known CHECK (mode IN ('auto', 'offer', 'manual')),
    waiting_max INTEGER NOT NULL CONSTRAINT waiting_max_is_sane CHECK (waiting_max BETWEEN 0 AND 1000000),
    created_at  BIGINT  NOT NULL
);

-- `active` counts the conversations that hold a slot; the transactions that assign and release
-- keep it. `version` grows with every change, so that late news can be told from fresh.
CREATE TABLE reps (
    user_id          UUID    NOT NULL PRIMARY KEY REFERENCES users (id),
    capacity         INTEGER NOT NULL CONSTRAINT capacity_is_sane CHECK (capacity BETWEEN 0 AND 100),
    active           INTEGER NOT NULL DEFAULT 0 CONSTRAINT active_is_a_count CHECK (active >= 0),
    version          BIGINT  NOT NULL DEFAULT 1,
    availability     TEXT    NOT NULL CONSTRAINT availability_is_known
                     CHECK (availability IN ('available', 'busy', 'away', 'offline')),
    last_assigned_at BIGINT  NOT NULL DEFAULT 0
);

CREATE TABLE rep_queues (
    rep_id   UUID NOT NULL REFERENCES reps (user_id),
    queue_id UUID NOT NULL REFERENCES queues (id),
    PRIMARY KEY (rep_id, queue_id)
);

-- `place` is where it stands in line: the opening moment minus the head start of its priority.
-- `epoch` grows by one per assignment and fences commands of an earlier one.
CREATE TABLE conversations (
    id             UUID    NOT NULL PRIMARY KEY,
    number         BIGINT  NOT NULL CONSTRAINT conversation_number_is_unique UNIQUE,
    customer_id    UUID    NOT NULL REFERENCES users (id),
    open_client_id UUID    NOT NULL,
    queue_id       UUID    NOT NULL REFERENCES queues (id),
    subject        TEXT    NOT NULL,
    priority       TEXT    NOT NULL CONSTRAINT priority_is_known
                   CHECK (priority IN ('low', 'normal', 'high', 'urgent')),
    status         TEXT    NOT NULL CONSTRAINT status_is_known
                   CHECK (status IN ('waiting', 'offered', 'active', 'parked', 'wrapup', 'closed')),
    resolution     TEXT CONSTRAINT resolution_is_known
                   CHECK (resolution IN ('resolved', 'unresolved', 'abandoned')),
    rep_id         UUID REFERENCES reps (user_id),
    last_rep_id    UUID REFERENCES reps (user_id),
    epoch          BIGINT  NOT NULL DEFAULT 0,
    place          BIGINT  NOT NULL,
    held           BOOLEAN NOT NULL DEFAULT FALSE,
    created_at     BIGINT  NOT NULL,
    updated_at     BIGINT  NOT NULL,
    assigned_at    BIGINT,
    first_reply_at BIGINT,
    closed_at      BIGINT,
    changed_by     UUID REFERENCES users (id),
    CONSTRAINT opened_once_per_client_id UNIQUE (customer_id, open_client_id),
    CONSTRAINT a_slot_has_its_rep
        CHECK ((status IN ('offered', 'active', 'wrapup')) = (rep_id IS NOT NULL)),
    CONSTRAINT closed_has_its_resolution CHECK ((status = 'closed') = (resolution IS NOT NULL)),
    CONSTRAINT closed_has_its_moment CHECK ((status = 'closed') = (closed_at IS NOT NULL)),
    CONSTRAINT only_the_waiting_are_held CHECK (status = 'waiting' OR NOT held)
);
CREATE INDEX conversations_in_line ON conversations (queue_id, place, id) WHERE status = 'waiting';
CREATE INDEX conversations_of_customer ON conversations (customer_id, id);
CREATE INDEX conversations_of_rep ON conversations (rep_id) WHERE rep_id IS NOT NULL;
CREATE INDEX conversations_by_end ON conversations (closed_at) WHERE closed_at IS NOT NULL;
CREATE INDEX conversations_of_last_rep ON conversations (last_rep_id, id) WHERE last_rep_id IS NOT NULL;

-- The last seq of each conversation: narrow, and bumped first by every transaction that touches
-- it, so whoever holds the bumped row may trust status, rep and epoch.
CREATE TABLE heads (
    conversation_id UUID   NOT NULL PRIMARY KEY REFERENCES conversations (id),
    last_seq        BIGINT NOT NULL CONSTRAINT last_seq_is_a_count CHECK (last_seq > 0)
);

-- The log: every change of a conversation and every message, numbered 1, 2, 3, ... without holes.
CREATE TABLE events (
    conversation_id UUID   NOT NULL REFERENCES conversations (id),
    seq             BIGINT NOT NULL CONSTRAINT seq_is_a_count CHECK (seq > 0),
    kind            TEXT   NOT NULL CONSTRAINT kind_is_known CHECK (kind IN (
        'opened', 'message', 'note', 'assigned', 'requeued', 'closed', 'offered', 'declined',
        'missed', 'withdrawn', 'transferred', 'moved', 'prioritized', 'parked', 'woken', 'held',
        'returned', 'suspect', 'wrapup', 'reopened', 'edited', 'deleted', 'joined', 'left',
        'rated', 'renamed', 'tagged')),
    sender_id       UUID REFERENCES users (id),
    client_id       UUID,
    body            TEXT,
    data            JSON,
    created_at      BIGINT NOT NULL,
    CONSTRAINT seq_is_unique UNIQUE (conversation_id, seq),
    CONSTRAINT client_id_is_unique UNIQUE (client_id, conversation_id),
    CONSTRAINT a_message_has_text CHECK (kind <> 'message' OR body IS NOT NULL)
);

-- Logins: one row per family of refresh tokens, whose generation grows at each rotation. One that
-- does not rotate is a dialect's, whose clients keep their refresh token.
CREATE TABLE sessions (
    id         UUID    NOT NULL PRIMARY KEY,
    user_id    UUID    NOT NULL REFERENCES users (id),
    rotates    BOOLEAN NOT NULL,
    generation INTEGER NOT NULL,
    rotated_at BIGINT  NOT NULL,
    created_at BIGINT  NOT NULL,
    expires_at BIGINT  NOT NULL,
    revoked_at BIGINT
);
CREATE INDEX sessions_of_user ON sessions (user_id);

-- Single-use passes for a browser's WebSocket, which cannot send an Authorization header.
-- The id is the first half of the SHA-256 of what the browser holds.
CREATE TABLE socket_tickets (
    id         UUID   NOT NULL PRIMARY KEY,
    user_id    UUID   NOT NULL REFERENCES users (id),
    session_id UUID   NOT NULL REFERENCES sessions (id),
    expires_at BIGINT NOT NULL
);

-- The server processes that are alive, by the database's clock.
CREATE TABLE nodes (
    id         UUID   NOT NULL PRIMARY KEY,
    name       TEXT   NOT NULL,
    started_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

-- The open sockets of reps. A rep is present while one of them is on a living node.
CREATE TABLE rep_sessions (
    id         UUID   NOT NULL PRIMARY KEY,
    rep_id     UUID   NOT NULL REFERENCES reps (user_id),
    node_id    UUID   NOT NULL REFERENCES nodes (id),
    created_at BIGINT NOT NULL
);
CREATE INDEX rep_sessions_of_rep ON rep_sessions (rep_id);
CREATE INDEX rep_sessions_of_node ON rep_sessions (node_id);

-- Human numbers, handed out in blocks; gaps are allowed.
CREATE TABLE counters (
    name  TEXT   NOT NULL PRIMARY KEY,
    value BIGINT NOT NULL
);
INSERT INTO counters (name, value) VALUES ('users', 0), ('conversations', 0);
