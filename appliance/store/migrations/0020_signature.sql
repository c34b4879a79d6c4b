-- What the signature beside a MUD file was worth when it was added, and who made it (declared.md).
ALTER TABLE document ADD COLUMN signature TEXT;
ALTER TABLE document ADD COLUMN signer TEXT;
