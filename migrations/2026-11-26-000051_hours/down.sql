ALTER TABLE conversations DROP COLUMN left_outside_hours;
ALTER TABLE queues DROP COLUMN outside_hours;
ALTER TABLE queues DROP COLUMN schedule_id;
DROP TABLE schedules;
