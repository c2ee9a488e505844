"""Random lives of cases against a small model of the rules that shares no code with the product."""
