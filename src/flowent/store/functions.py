"""SQL functions that the databases call by different names."""

from typing import Any

from sqlalchemy import BigInteger
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class byte_length(FunctionElement[int]):
    """The number of bytes of a text in UTF-8."""

    type = BigInteger()
    name = "byte_length"
    inherit_cache = True


@compiles(byte_length, "postgresql")
def _postgresql(element: byte_length, compiler: SQLCompiler, **options: Any) -> str:
    return f"octet_length({compiler.process(element.clauses, **options)})"


@compiles(byte_length, "sqlite")
def _sqlite(element: byte_length, compiler: SQLCompiler, **options: Any) -> str:
    # Its own octet_length is younger (3.43) than the oldest SQLite that we run on.
    return f"length(CAST({compiler.process(element.clauses, **options)} AS BLOB))"
