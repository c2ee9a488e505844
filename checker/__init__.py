"""A second reading of the record that shares no code with the product: one mistake does not hide from both."""
