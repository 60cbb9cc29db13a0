"""Tell a learner how far they are, and what comes next."""
