"""What went into an edition and what came out, as one Process Run RO-Crate: written from a record
and read back as the same record. Nothing else knows how the crate is laid out, but verification,
which reads it by its own means."""
