"""The environment: which Python runs the pipeline, with exactly the packages of the lock.

Standard library only: everything here runs before there is an environment.
"""
