-- SQLite's index of what was said. What changes leaves a row in search_pending, in the same
-- transaction; store/search.rs reads them and writes the index.
CREATE TABLE search_pending (
    conversation_id UUID   NOT NULL,
    seq             BIGINT NOT NULL
);
-- seq 0 is the subject. The id is the row of search_words.
CREATE TABLE search_texts (
    id              INTEGER PRIMARY KEY,
    conversation_id UUID    NOT NULL,
    seq             BIGINT  NOT NULL,
    said_at         BIGINT  NOT NULL,
    for_staff       BOOLEAN NOT NULL,
    UNIQUE (conversation_id, seq)
);
CREATE VIRTUAL TABLE search_words USING fts5 (
    words, content = '', contentless_delete = 1,
    tokenize = "unicode61 remove_diacritics 0 categories 'L* N* M* Co'"
);
CREATE TRIGGER search_event_added AFTER INSERT ON events
WHEN NEW.kind IN ('message', 'note') BEGIN
    INSERT INTO search_pending VALUES (NEW.conversation_id, NEW.seq);
END;
CREATE TRIGGER search_event_edited AFTER UPDATE OF body ON events
WHEN NEW.kind IN ('message', 'note') AND OLD.body IS NOT NEW.body BEGIN
    DELETE FROM search_texts WHERE conversation_id = OLD.conversation_id AND seq = OLD.seq;
    INSERT INTO search_pending VALUES (NEW.conversation_id, NEW.seq);
END;
CREATE TRIGGER search_event_gone AFTER DELETE ON events BEGIN
    DELETE FROM search_texts WHERE conversation_id = OLD.conversation_id AND seq = OLD.seq;
END;
CREATE TRIGGER search_subject_added AFTER INSERT ON conversations BEGIN
    INSERT INTO search_pending VALUES (NEW.id, 0);
END;
CREATE TRIGGER search_subject_edited AFTER UPDATE OF subject ON conversations
WHEN OLD.subject <> NEW.subject BEGIN
    DELETE FROM search_texts WHERE conversation_id = OLD.id AND seq = 0;
    INSERT INTO search_pending VALUES (NEW.id, 0);
END;
CREATE TRIGGER search_subject_gone AFTER DELETE ON conversations BEGIN
    DELETE FROM search_texts WHERE conversation_id = OLD.id AND seq = 0;
    DELETE FROM activity WHERE conversation_id = OLD.id;
END;
CREATE TRIGGER search_text_gone AFTER DELETE ON search_texts BEGIN
    DELETE FROM search_words WHERE rowid = OLD.id;
END;
INSERT INTO search_pending SELECT id, 0 FROM conversations;
INSERT INTO search_pending SELECT conversation_id, seq FROM events WHERE kind IN ('message', 'note');
