"""Marks texts for the translators. Does nothing else, so that every module can use it."""


def N_(text: str) -> str:
    """Mark `text` for the translators; it is translated where it is shown."""
    return text
