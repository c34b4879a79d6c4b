"""What was heard near by Bluetooth: what it is, and what that means for a toy of the family. Does no I/O."""
