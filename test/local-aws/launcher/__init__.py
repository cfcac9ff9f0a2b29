"""Starts the pinned ministack with what our stacks need and it lacks. See ../README.md."""
