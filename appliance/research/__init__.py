"""What a home may give to a study: pseudonymised, generalised, signed, and shown before it leaves."""
