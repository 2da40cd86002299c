"""Train an architecture with Chainer's Trainer and save the result as a run."""
