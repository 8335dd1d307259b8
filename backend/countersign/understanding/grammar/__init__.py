"""The request grammar: reads one request into targets, speech acts and refusals. Must not decide what is done."""
