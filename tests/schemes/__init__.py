"""Tests of scheme packs and of how they are read."""
