"""Tests of the flow and its record, clause by clause."""
