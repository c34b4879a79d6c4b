"""Texts for families as data, one file a language. Every language has the same keys (tested)."""
