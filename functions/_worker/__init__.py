"""What the functions of the worker share: how a body is read, and what an error says that leaves a function."""
