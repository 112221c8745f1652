"""The version, at the bottom of the house, so that no room looks up to learn it."""

VERSION = "0.1.0"
