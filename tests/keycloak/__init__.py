"""The product beside a real Keycloak."""
