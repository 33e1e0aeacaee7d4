-- PostgreSQL's index of what was said. What changes leaves a row in search_pending, in the same
-- transaction; store/search.rs reads them and writes the index.
CREATE TABLE IF NOT EXISTS search_pending (
    conversation_id UUID   NOT NULL,
    seq             BIGINT NOT NULL
);
-- seq 0 is the subject.
CREATE TABLE IF NOT EXISTS search_texts (
    conversation_id UUID     NOT NULL,
    seq             BIGINT   NOT NULL,
    said_at         BIGINT   NOT NULL,
    for_staff       BOOLEAN  NOT NULL,
    words           TSVECTOR NOT NULL,
    PRIMARY KEY (conversation_id, seq)
);
-- What is deleted is pending, too: it may be on its way into the index at this moment.
CREATE OR REPLACE FUNCTION search_event_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO search_pending VALUES (NEW.conversation_id, NEW.seq);
    ELSE
        DELETE FROM search_texts WHERE conversation_id = OLD.conversation_id AND seq = OLD.seq;
        INSERT INTO search_pending VALUES (OLD.conversation_id, OLD.seq);
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION search_subject_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO search_pending VALUES (NEW.id, 0);
    ELSE
        DELETE FROM search_texts WHERE conversation_id = OLD.id AND seq = 0;
        INSERT INTO search_pending VALUES (OLD.id, 0);
    END IF;
    IF TG_OP = 'DELETE' THEN
        DELETE FROM activity WHERE conversation_id = OLD.id;
    END IF;
    RETURN NULL;
END $$;
DROP TRIGGER IF EXISTS search_event_added ON events;
DROP TRIGGER IF EXISTS search_event_edited ON events;
DROP TRIGGER IF EXISTS search_event_gone ON events;
DROP TRIGGER IF EXISTS search_subject_added ON conversations;
DROP TRIGGER IF EXISTS search_subject_edited ON conversations;
DROP TRIGGER IF EXISTS search_subject_gone ON conversations;
CREATE TRIGGER search_event_added AFTER INSERT ON events FOR EACH ROW
    WHEN (NEW.kind IN ('message', 'note')) EXECUTE FUNCTION search_event_changed();
CREATE TRIGGER search_event_edited AFTER UPDATE OF body ON events FOR EACH ROW
    WHEN (NEW.kind IN ('message', 'note') AND OLD.body IS DISTINCT FROM NEW.body) EXECUTE FUNCTION search_event_changed();
CREATE TRIGGER search_event_gone AFTER DELETE ON events FOR EACH ROW
    WHEN (OLD.kind IN ('message', 'note')) EXECUTE FUNCTION search_event_changed();
CREATE TRIGGER search_subject_added AFTER INSERT ON conversations FOR EACH ROW
    EXECUTE FUNCTION search_subject_changed();
CREATE TRIGGER search_subject_edited AFTER UPDATE OF subject ON conversations FOR EACH ROW
    WHEN (OLD.subject <> NEW.subject) EXECUTE FUNCTION search_subject_changed();
CREATE TRIGGER search_subject_gone AFTER DELETE ON conversations FOR EACH ROW
    EXECUTE FUNCTION search_subject_changed();
