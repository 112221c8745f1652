"""The version, at the bottom of the house, so that no room looks up to learn it."""

__version__ = "0.1.0"
