"""What only a living lab can show."""
