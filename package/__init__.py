"""Builds the deployment zip (`make package`): see docs/packaging.md. Never shipped, never imported by what ships."""
