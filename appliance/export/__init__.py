"""Exports: what the store and its archive hold, in the formats of the field."""
