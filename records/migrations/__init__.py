"""Migrations of the record, oldest first."""
