"""The limits that all guards of HTTP share."""

CLIENT_TIMEOUT = 10  # seconds: to begin a request, then for all of it, then to take the reply
LINGER_TIMEOUT = 1  # second for a client that was refused to read why
MAX_HEAD, MAX_FIELDS = 65_536, 100  # bytes of request line and headers together; headers
MAX_UNSENT = 2**16  # bytes that may wait for one client of a WebSocket
TOO_SLOW = "The rest of the request did not come in time."
