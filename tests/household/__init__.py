"""The demonstration household: months of a home's record lines, with the truth of what happened in it."""
