"""The history of the tables: each version knows how to come from the one before. Alembic runs them."""
