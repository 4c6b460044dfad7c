"""The control door of the local cloud: a JSON door for scripts and pages for people."""
