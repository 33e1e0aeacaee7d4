DROP TABLE joined;
DROP TABLE marks;
