"""Show a lesson to a room, with the notes and the clock on the instructor's own screen."""
