"""Executed notebooks become the edition: block document, HTML, PDF, ledger, manifest."""
