"""The HTTP API: routers, identity, policy, problems."""
