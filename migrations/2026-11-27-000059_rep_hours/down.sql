DROP TABLE rep_hours;
