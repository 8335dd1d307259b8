"""The command line: starts, stops and looks after one installation."""
