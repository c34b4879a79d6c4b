"""The sensor: hostile bytes in, records out. No database, no outbound network, no writable disk."""
