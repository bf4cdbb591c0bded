"""What became of it: figures that follow events, and what people do after the training.

Owns the ledger (its own copy of every event that moves a figure), the cubes folded from it, and
the follow-ups.
Emits `reporting.followup.recorded` into its own log, which it reads back like any other source, so
that one fold makes every figure.
Consumes `registry.facility.*`, `enrollment.program.published`, `enrollment.wave.published`,
`enrollment.class.*`, `enrollment.enrollment.*` over HTTP with its own service token, and
`registry.assignment.*`, which say who may act for whom.
Publishes reports that say how fresh they are, and a page at its root that anybody may read.
"""
