"""The pages: rendered here, without scripts and without anything from elsewhere."""
