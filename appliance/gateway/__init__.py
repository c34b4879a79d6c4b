"""The gateway: one plan of what is wanted → the texts that make it so. `apply` alone touches the machine."""
