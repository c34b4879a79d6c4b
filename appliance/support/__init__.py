"""How long a device is supported: what was stated, and what of it was seen. Does no I/O, has no clock."""
