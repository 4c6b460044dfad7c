"""A local Azure Communication Services e-mail resource with a mailbox."""
