"""The servers and clients of the course, one small module each, written to be read in class."""
