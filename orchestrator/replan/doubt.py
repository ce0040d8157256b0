"""The way back to planning the whole town."""


class DoubtError(Exception):
    """What follows from the edited lines is not certain without the rest of the town."""
