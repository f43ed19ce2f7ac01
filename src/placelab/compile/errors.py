"""The one error a compile raises: what is wrong, where, and how to mend it."""


class CompileError(ValueError):
    """A table or a source file that must not be compiled as it stands.

    Args:
        what: what is wrong, naming the column, code and year where there is one.
        where: the table or source file (and line) in which it was found.
        mend: what an author can do about it.
    """

    def __init__(self, what: str, where: str, mend: str) -> None:
        super().__init__(f"{where}: {what.rstrip('.')}. To mend it: {mend}.")
        self.what, self.where, self.mend = what, where, mend


class SourceMissing(CompileError):
    """A source file that is not in the folder."""
