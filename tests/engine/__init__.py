"""Tests of the product on the real engine."""
