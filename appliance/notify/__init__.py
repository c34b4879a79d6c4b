"""Notification channels, and the process that delivers to them and to the sinks."""
