"""Recorded histories of every path of a case, and the proof that the workflow's code still replays them."""
