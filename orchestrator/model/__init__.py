"""The values that flow through the stages: frozen, sorted, free of behaviour."""
