-- PostgreSQL: the audit is written once and never changed, nor emptied, also by who replicates.
CREATE OR REPLACE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit is append-only';
END $$;
DROP TRIGGER IF EXISTS audit_is_append_only ON audit;
CREATE TRIGGER audit_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();
ALTER TABLE audit ENABLE ALWAYS TRIGGER audit_is_append_only;
