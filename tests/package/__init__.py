"""What `make package` builds, and how the Graph SDK is cut down for it."""
