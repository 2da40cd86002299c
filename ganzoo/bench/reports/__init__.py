"""The reports of a benchmark for readers. `schema.json` describes the document that they show."""
