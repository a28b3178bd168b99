"""Great Expectations suites, quarantine, balance, data-quality pages."""
