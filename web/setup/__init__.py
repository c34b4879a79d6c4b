"""The first run: language, password, what is recorded, what is watched, and whether it works."""

from web.setup.steps import pages

__all__ = ["pages"]
