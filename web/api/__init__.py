"""`/api/v1`: everything the pages show, for programs (docs/api.md)."""

from web.api import actions, shown
from web.api.routes import install, pages

__all__ = ["actions", "install", "pages", "shown"]
