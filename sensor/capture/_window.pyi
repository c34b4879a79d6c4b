class Window:
    """That stretch of the file, mapped read-only until the last view of it goes.

    Raises OSError; ValueError unless the offset is of whole pages and the length above 0.
    """

    def __new__(cls, descriptor: int, offset: int, length: int) -> Window: ...
    def __buffer__(self, flags: int, /) -> memoryview: ...
    @property
    def broken(self) -> bool:
        """Whether zeros stand where the file could not be read."""
