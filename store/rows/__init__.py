"""Rows of the reports in the database: how they are kept, how they are found, and the statements for both."""

from store.rows.shelf import StoreRows

__all__ = ["StoreRows"]
