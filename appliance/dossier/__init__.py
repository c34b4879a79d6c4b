"""The dossier of one device: what was observed, how sure, and what it does not show; made to be checked."""
