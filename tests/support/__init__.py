"""What several tests use: places, data, stand-ins, and ways to ask. No test module imports another."""
