"""Simulated homes over months: drift that is no news, and changes that are (docs/simulator.md)."""
