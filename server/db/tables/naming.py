"""How constraints are called, on both engines alike: a migration can only drop what has a name."""

from __future__ import annotations

from sqlmodel import SQLModel

CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

# Must be set before the first table is made: the package imports this module before its tables.
SQLModel.metadata.naming_convention = CONVENTION
