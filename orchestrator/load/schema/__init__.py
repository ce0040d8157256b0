"""What people write, as closed pydantic models."""
