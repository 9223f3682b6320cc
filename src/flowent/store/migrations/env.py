"""Runs the revisions over the connection, and in the transaction, of `flowent.store.migrate`."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
