"""What channels and sinks share: the interface, faults in words, when to try again, how a consumer stands."""
