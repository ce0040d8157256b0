"""Switch platforms: laws, golden texts, and sessions with simulated devices."""
