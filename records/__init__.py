"""The legal record in SQL: tables, migrations, the chain of events, the read model, queries."""
