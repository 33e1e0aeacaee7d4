-- Settings that admins have changed while the server runs: over the file and the environment. Which may
-- be, and what their values may be, `src/settings/running.rs` says.
CREATE TABLE settings (
    name       TEXT   NOT NULL PRIMARY KEY,
    value      JSON   NOT NULL,
    changed_at BIGINT NOT NULL,
    changed_by UUID   NOT NULL
);
