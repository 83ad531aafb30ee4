-- What a process says of itself with each heartbeat, as JSON.
ALTER TABLE nodes ADD COLUMN report TEXT NULL;
