"""What the queue functions share: how a message's body is read."""
