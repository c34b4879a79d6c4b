"""The lab: the demonstration home in network namespaces, with real protocol stacks. Needs root."""
