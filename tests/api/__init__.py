"""Tests of the web application that need no engine."""
