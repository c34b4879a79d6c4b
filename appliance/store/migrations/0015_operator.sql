-- Who runs the servers of a party, in whose network they stand, and how sure their country is.
ALTER TABLE party ADD COLUMN operator TEXT;
ALTER TABLE party ADD COLUMN network TEXT;
ALTER TABLE party ADD COLUMN country_certainty TEXT;
