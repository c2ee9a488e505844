"""Tests of the record, on SQLite and on PostgreSQL."""
