"""The rules of the second routine (verksamhetsuppföljning), without effects."""
