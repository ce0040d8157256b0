"""What Townhall promises, tried."""
