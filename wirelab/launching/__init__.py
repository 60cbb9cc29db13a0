"""Start a server beside the notebook, and end it, whatever it is."""
