"""What a maker declares of a device (privacy notice, MUD file, label), and what was seen. Does no I/O."""
