-- The number of the record a row came from, in the order in which records were taken. A restart restores the
-- state of the last checkpoint and takes the rows after it again, in this order (appliance/service.py).
ALTER TABLE flow ADD COLUMN seq INTEGER;
ALTER TABLE observation ADD COLUMN seq INTEGER;
ALTER TABLE loss ADD COLUMN seq INTEGER;
