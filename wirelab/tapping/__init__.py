"""Stand between a client and a server, and write down what crosses."""
