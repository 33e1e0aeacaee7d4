ALTER TABLE queues DROP COLUMN deleted_at;
ALTER TABLE queues DROP COLUMN version;
