"""The lab, as far as it can be judged without a container."""
