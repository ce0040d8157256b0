"""What plain Ansible loads from this project."""
