"""What a right answer to each exercise does on the wire. Learners may read it."""
