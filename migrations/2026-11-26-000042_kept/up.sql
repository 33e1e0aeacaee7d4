-- What is kept of an uploader is summed with each upload of his: of this index alone.
CREATE INDEX attachments_kept ON attachments (uploader_id, created_at, bytes);
DROP INDEX attachments_of_uploader;
