-- What those with power have done: who, to what, and what was so before and after. Written with the
-- act itself, and never again: triggers refuse every change (src/store/audit_lite.sql and
-- audit_postgres.sql). It refers to nothing, so that nothing keeps it or is kept by it. The id is a
-- UUIDv7 of the moment `at`: what is ordered by one is ordered by the other. Words are not listed
-- here: there will be more acts.
CREATE TABLE audit (
    id          UUID   NOT NULL PRIMARY KEY,
    at          BIGINT NOT NULL,
    actor_id    UUID,
    api_key_id  UUID,
    act         TEXT   NOT NULL CONSTRAINT act_is_a_word CHECK (length(act) BETWEEN 1 AND 64),
    object_kind TEXT   NOT NULL CONSTRAINT object_kind_is_a_word CHECK (length(object_kind) BETWEEN 1 AND 64),
    object_id   UUID,
    before      JSON,
    after       JSON
);
CREATE INDEX audit_by_actor ON audit (actor_id, id) WHERE actor_id IS NOT NULL;
CREATE INDEX audit_by_object ON audit (object_id, id) WHERE object_id IS NOT NULL;
CREATE INDEX audit_by_act ON audit (act, id);
