"""What a benchmark's document becomes for readers: `schema.json` says what is in it."""
