"""What the agent can do, behind one gate."""
