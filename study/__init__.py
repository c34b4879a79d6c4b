"""The side of a study: signed, pseudonymised days of many homes come in, tables of all of them go out."""
