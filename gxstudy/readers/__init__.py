"""One module per kind of file: bytes -> Document; the only modules that open what a user hands in."""
