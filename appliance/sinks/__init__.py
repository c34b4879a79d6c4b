"""Sinks: what was recorded, copied to a database of the family's choice. Write-only and only when asked for."""
