"""From an architecture and a configuration to a run directory, on Chainer's Trainer."""
