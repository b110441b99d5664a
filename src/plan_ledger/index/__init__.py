"""The index: what it holds, how events update it, how it is rebuilt. Derived from the log alone."""
