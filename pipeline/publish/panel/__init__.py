"""The trace panel of the internal edition: from any number to the cells it came from."""
