"""Parts of the ticket service and of its client."""
