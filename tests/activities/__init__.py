"""Tests of what a case has done outside."""
