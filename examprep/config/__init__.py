"""Settings from the environment, checked at start, each with a default that serves one county."""
