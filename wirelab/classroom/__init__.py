"""Show an instructor how a class gets on: the board, and the learners' own seats at it."""
