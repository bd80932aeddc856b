"""What the worker can do beside drawing, with small models; README.md says how to add one."""
