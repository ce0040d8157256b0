"""The inventories of this repository as they stand."""
