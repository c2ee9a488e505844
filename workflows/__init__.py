"""The case: its flow, its stages, asking a person, waiting for a date."""
