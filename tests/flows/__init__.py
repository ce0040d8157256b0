"""The algebra of flows and its three witnesses."""
