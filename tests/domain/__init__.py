"""Tests of the rules: pure functions, no server and no database."""
