"""Pure rules about persons."""
