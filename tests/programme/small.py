"""A small programme file, to read as it is and to spoil."""

SMALL = """\
programme: small
version: 1
title: A small programme
organisation:
  name: Example Trust
  brand: "#1d5c63"
  timezone: Europe/London
scale:
  labels: [Never, Sometimes, Always]
groups:
  - {id: self, title: Self, min: 1, max: 1, named: true}
  - {id: manager, title: Manager, min: 1, max: 1, named: true}
  - {id: peer, title: Peers, min: 3, max: 8}
  - {id: direct_report, title: Direct reports, min: 3, max: 8}
threshold: 3
values:
  - {id: kind, title: Kind}
  - {id: open, title: Open}
competencies:
  - id: listening
    title: Listening
    definition: Hears what is said.
    milestone: others
    items:
      - id: asks
        self: I ask.
        others: Asks.
        values: [kind, open]
      - id: waits
        self: I wait.
        others: Waits.
open_questions:
  - id: more
    text: What should there be more of?
reminders: [3, P7D]
milestones:
  - id: others
    title: Leading others
    days: 2
    assignments: [Write a plan]
impact:
  after: P6M
"""
