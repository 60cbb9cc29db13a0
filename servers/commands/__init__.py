"""The command line that the larger servers share."""
