"""What Alembic runs: the connection comes from `ipe_workbench.records.versions`, never from a configuration file."""

from alembic import context

from ipe_workbench.records.tables import metadata

connection = context.config.attributes["connection"]
# SQLite cannot alter a table in place: Alembic then copies it ("batch").
context.configure(connection=connection, target_metadata=metadata, render_as_batch=connection.dialect.name == "sqlite")
with context.begin_transaction():
    context.run_migrations()
