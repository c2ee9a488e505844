"""All input and output that a case asks for."""
