"""The appliance: the domain (devices, parties, behaviour, alerts), the database, the commands."""
