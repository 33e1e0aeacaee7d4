-- Grows with every change of a queue, so that late news can be told from fresh.
ALTER TABLE queues ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
-- Since then it is shown nowhere and lets nobody in. The row stays: closed conversations name it.
ALTER TABLE queues ADD COLUMN deleted_at BIGINT;
