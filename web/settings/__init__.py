"""Settings: what is kept how long, who may come in, who is told, tokens for programs, backup and erasure."""

from web.settings import account, channels, copies, health, people, sinks, tokens
from web.settings.overview import pages

__all__ = ["account", "channels", "copies", "health", "pages", "people", "sinks", "tokens"]
