"""The parts of training steps: batches on the device, learning-rate schedules, sharing between processes."""
