"""In what order: one use case, one file, one verb."""
