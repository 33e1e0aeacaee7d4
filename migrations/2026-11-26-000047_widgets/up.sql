-- Where people come from: a part of somebody's own pages. Its secret is nowhere; it is made of the server's
-- secret, the id and the generation. The one before is good for a while after `renewed_at`. `sites` are
-- origins with spaces between. A row stays when it is deleted: people have come by it.
CREATE TABLE widgets (
    id          UUID    NOT NULL PRIMARY KEY,
    name        TEXT    NOT NULL,
    sites       TEXT    NOT NULL,
    queue_id    UUID REFERENCES queues (id),
    visitors    BOOLEAN NOT NULL,
    generation  INTEGER NOT NULL CONSTRAINT generation_is_a_count CHECK (generation > 0),
    renewed_at  BIGINT  NOT NULL,
    created_at  BIGINT  NOT NULL,
    disabled_at BIGINT,
    deleted_at  BIGINT
);
CREATE INDEX widgets_there ON widgets (id) WHERE deleted_at IS NULL;

-- By which widget somebody has come.
CREATE TABLE arrivals (
    user_id   UUID NOT NULL PRIMARY KEY REFERENCES users (id),
    widget_id UUID NOT NULL REFERENCES widgets (id)
);
