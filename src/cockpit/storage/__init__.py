"""The only place that knows SQL: engine, tables, queries, writes. Gives and takes frozen dataclasses."""
