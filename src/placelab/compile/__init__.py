"""The compiler of the tables in data/: official figures in, checked tables and their data package out."""

from .build import compile_tables, refresh_kept
from .errors import CompileError

__all__ = ["CompileError", "compile_tables", "refresh_kept"]
