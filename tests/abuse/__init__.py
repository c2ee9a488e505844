"""What somebody tries who means harm: one test each."""
