"""The embedded engine: its binaries, its processes, its server."""
