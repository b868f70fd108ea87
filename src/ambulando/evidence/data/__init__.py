"""The tables of facts of the evidence floor. ``ambulando.evidence.base`` reads and checks them."""
