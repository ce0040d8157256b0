"""The lab: a small town of real parts in containers and network namespaces, made and removed as a whole."""
