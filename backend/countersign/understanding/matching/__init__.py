"""How the grammar matches words: patterns that cost nothing until they are looked for."""
