ALTER TABLE nodes DROP COLUMN line_mark;
ALTER TABLE nodes DROP COLUMN secret_mark;
