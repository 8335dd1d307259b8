"""The conversations of the demo world, by who has them and what about."""
