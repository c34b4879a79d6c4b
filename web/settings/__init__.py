"""Settings: what is kept how long, who may come in, tokens for programs, backup and erasure."""

from web.settings import account, copies, people, tokens
from web.settings.overview import pages

__all__ = ["account", "copies", "pages", "people", "tokens"]
