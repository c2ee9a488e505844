"""All checks: rules, services, engine, API."""
