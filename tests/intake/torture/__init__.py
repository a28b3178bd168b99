"""Files that go wrong in one way each. `files.py` builds them; `expected.json` says of each what
should be read: form, header row, rows, values, what is said, or how it is refused."""
