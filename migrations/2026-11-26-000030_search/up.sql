-- When something was last said in a conversation: what lists are ordered by. Written beside the
-- index of the search, so that who writes a message need not wait for it.
CREATE TABLE activity (
    conversation_id UUID   NOT NULL PRIMARY KEY,
    said_at         BIGINT NOT NULL
);
CREATE INDEX activity_by_moment ON activity (said_at, conversation_id);
-- What lists may be narrowed to.
CREATE INDEX conversations_in_queue ON conversations (queue_id, id);
CREATE INDEX conversations_by_priority ON conversations (priority, id);
CREATE INDEX conversations_by_resolution ON conversations (resolution, id) WHERE resolution IS NOT NULL;
CREATE INDEX conversations_open ON conversations (id) WHERE status <> 'closed';
