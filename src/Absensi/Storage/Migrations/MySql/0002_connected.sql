-- User ids connected to the process's hub, as a JSON array.
ALTER TABLE nodes ADD COLUMN connected MEDIUMTEXT NULL;
