"""The demonstration: one certification case from application to renewal, through the HTTP API only."""
