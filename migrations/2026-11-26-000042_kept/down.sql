CREATE INDEX attachments_of_uploader ON attachments (uploader_id, created_at);
DROP INDEX attachments_kept;
