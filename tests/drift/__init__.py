"""What a hand changed is found, told, put back and never taken for something that a run did."""
