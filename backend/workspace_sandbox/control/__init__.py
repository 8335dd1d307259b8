"""The control plane under /_sandbox: seed, look, move the clock, break things."""
