"""Numbers beside a yardstick. Nothing here fails a build."""
