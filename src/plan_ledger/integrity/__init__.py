"""Integrity: is the log what was recorded, is the index what the log says, are the tables what was handed out."""
