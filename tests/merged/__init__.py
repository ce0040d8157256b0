"""What happens after the merge: who may apply what, in which order, and how it is taken back."""
