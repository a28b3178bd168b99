"""The rules of the second routine (verksamhetsuppföljning), and the records that are written once.
Standard library only."""
