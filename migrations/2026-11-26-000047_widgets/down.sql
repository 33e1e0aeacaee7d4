DROP TABLE arrivals;
DROP TABLE widgets;
