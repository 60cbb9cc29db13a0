"""The price that servers.stale_prices serves."""
