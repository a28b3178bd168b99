"""The årshjul: the steps of the routine with their days, and how each stands on a day. Pure: what
there is of a step comes as `Evidence` (`pipeline.run.evidence`), and nothing here knows a clock."""
