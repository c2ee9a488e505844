"""The record is held against itself, twice, by checkers that share no code."""
