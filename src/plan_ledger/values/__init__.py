"""Values: what a field holds, and how it is read. Pure: no I/O, no database, no office format."""
