"""What training steps are made of: batches on the device, falling rates, shares of several processes."""
