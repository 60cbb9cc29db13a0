"""Guards of the web servers: against malformed, slow and too many clients, and against faults of a handler."""
