"""The cloud on your machine: imitations of what the service talks to. Never shipped."""
