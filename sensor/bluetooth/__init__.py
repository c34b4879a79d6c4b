"""Bluetooth: HCI packets in, records out."""
