"""The card that an appliance starts from: its two halves, its updates, and what its owner presets."""
