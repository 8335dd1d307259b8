"""Whether a sentence asks for an action, by a small model trained on sentences somebody else labelled."""
