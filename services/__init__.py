"""Scoring, documents, calendars, storage, notices, alliance: what activities call."""
