"""Parts of the seat feed: the handshake, the messages, the journal of changes, and limits for its clients."""
