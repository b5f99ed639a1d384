"""What alembic loads to run migrations: on the connection, and inside the transaction, that it is handed."""

from alembic import context

from store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # The caller's transaction covers all of them, so that a failed one leaves the database as it was.
    transactional_ddl=True,
    # SQLite cannot change most of a table in place; alembic then copies it.
    render_as_batch=True,
)
context.run_migrations()
