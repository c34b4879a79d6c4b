"""Texts of the support ledger, the dossier, the letters and the page for parents, one module a language."""
