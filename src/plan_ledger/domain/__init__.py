"""Decisions: pure functions from a state and a command to events, and from a state and an event to the next state."""
