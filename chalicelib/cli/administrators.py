"""Limit administrators to programmes, and reset second factors."""

from __future__ import annotations

from argparse import Namespace

from chalicelib.cli.output import say
from chalicelib.core import clock


def reset_second_factor(args: Namespace) -> int:
    from chalicelib.web import second_factor

    second_factor.reset(args.email, clock.now(), dry_run=args.dry_run)
    done = "would be reset" if args.dry_run else "is reset"
    rule = " They must set up a new one when they sign in." if second_factor.is_required() else ""
    say(args, {"email": args.email, "dry_run": args.dry_run}, [f"{args.email}: the second factor {done}.{rule}"])
    return 0


def limit_administrator(args: Namespace) -> int:
    from chalicelib.admin import rights

    given = rights.limit_administrator(args.email, args.programme or (), clock.now(), everything=args.all)
    programmes = ", ".join(given) or "every programme"
    say(args, {"email": args.email, "programmes": given or None}, [f"{args.email} sees {programmes} from now on."])
    return 0


def list_administrators(args: Namespace) -> int:
    from chalicelib.admin import rights

    rights_by_address = rights.list_rights()
    lines = [
        f"{email}\t{', '.join(given) if given is not None else 'every programme'}"
        for email, given in rights_by_address.items()
    ]
    say(args, rights_by_address, lines)
    return 0
