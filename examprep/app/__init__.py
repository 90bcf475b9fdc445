"""The composition: knows every package, is known by none."""
