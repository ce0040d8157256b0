"""Loading: files, values, rules, and what people are told."""
