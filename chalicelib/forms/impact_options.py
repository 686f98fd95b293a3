"""What people choose from in the impact surveys. Pure."""

from __future__ import annotations

from chalicelib.forms.pulse import SCALE

Options = tuple[tuple[str, str], ...]  # value, label

MEASURES = 3
NOT_APPLICABLE = "na"
LEVELS: Options = (
    ("not_started", "Not started"),
    ("tried", "Tried it"),
    ("regular", "Do it regularly"),
    ("habit", "A habit now"),
)
WORK_DONE: Options = (("done", "Done"), ("partly", "Partly"), ("not_done", "Not done"))
PROPOSAL: Options = (
    ("accepted", "Accepted"),
    ("amended", "Accepted with changes"),
    ("declined", "Declined"),
    ("pending", "Not decided yet"),
    ("none", "I made none"),
)
SIGN_CAME: Options = (("yes", "Yes"), ("partly", "Partly"), ("no", "No"), ("early", "Too early to say"))
FACTORS = {
    "manager": "Support from my line manager",
    "time": "Time",
    "authority": "Authority to decide",
    "staffing": "Staffing",
    "data": "Data about the service",
    "peers": "Peers from the programme",
    "coaching": "Coaching",
    "opportunity": "Opportunity to use it",
}
HELPED: Options = (
    ("-2", "Hindered a lot"),
    ("-1", "Hindered"),
    ("0", "Neither"),
    ("1", "Helped"),
    ("2", "Helped a lot"),
    (NOT_APPLICABLE, "Did not apply"),
)
RELEVANCE: Options = tuple(
    (str(point), label)
    for point, label in enumerate(("Not at all", "A little", "Partly", "Mostly", "Fully relevant"), start=1)
)
RECOMMEND: Options = tuple(
    (str(point), label) for point, label in enumerate(("Not at all", *[""] * 9, "Without hesitation"))
)
MOVED: Options = (
    ("yes", "Yes, for better or worse"),
    ("no", "No, or nothing that is measured"),
    ("early", "Too early to say"),
)
DIRECTIONS: Options = (("up", "Higher is better"), ("down", "Lower is better"))
SCOPES: Options = (
    ("individual", "Me"),
    ("team", "My team or service"),
    ("organisation", "The organisation"),
    ("system", "The wider system"),
)
INTANGIBLE = "intangible"
BASES: Options = (
    ("finance", "Agreed with finance"),
    ("standard", "A standard cost or tariff"),
    ("own", "My own estimate"),
)
BASES_BEFORE: Options = (*BASES, (INTANGIBLE, "It cannot be put in money"))  # of the first edition of the form
CONSENT: Options = (("named", "Yes, with my name"), ("anonymous", "Yes, without my name"), ("no", "No"))
NOT_SEEN = "not_seen"
CHANGES: Options = (
    *((str(point), label) for point, label in enumerate(SCALE, start=-3)),
    (NOT_SEEN, "I cannot say"),
)
