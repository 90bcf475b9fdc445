"""Question types: what a question of each type holds, and how an answer to it is marked. Pure; no framework."""
