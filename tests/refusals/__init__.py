"""What is refused before anything is executed, one test for each kind of input or attack."""
