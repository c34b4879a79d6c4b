-- Searches of the flow log that somebody wants to find again: a name and the question, as text of an address.
CREATE TABLE saved_search (name TEXT PRIMARY KEY, question TEXT NOT NULL, ts REAL NOT NULL) WITHOUT ROWID;
