"""What to do next: candidates -> filter -> score -> schedule; progression; barriers; if-then plans.

Start with ``ambulando.plan.week.make``; ``ambulando.plan.today`` turns its sessions into the one suggestion of a day.
"""
