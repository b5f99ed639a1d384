"""How a database gets from one release's tables to the next; alembic runs what lies in ``versions``, in order."""
