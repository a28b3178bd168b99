"""Comparators from outside: Kolada's answers asked for over the network, kept, and compared with
what was kept before."""
