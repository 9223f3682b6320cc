"""The agent loop: turns, steps and tool calls, over ports only."""
