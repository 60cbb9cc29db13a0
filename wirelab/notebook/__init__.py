"""Prepare a learner's kernel, and give what the kit shows its common look."""
