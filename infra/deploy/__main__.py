"""python -m infra.deploy infra | deploy | status | stop | start | drill | restore | remove | rotate-keys | policies"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, NoRegionError

from infra.deploy import commands, drill, policies, remove, restore, status
from infra.deploy.hand import Reporter
from infra.deploy.stage import ROOT, DeployError, Deployment

INTERRUPTED = 130  # as shells say of a command that Ctrl-C ended


def main(argv: Sequence[str] | None = None, pause: Callable[[float], None] = time.sleep) -> int:
    """Exit status: 0 done, 1 a person has to do something first, or something needs attention, 130 Ctrl-C."""
    args = parser().parse_args(argv)
    hand = Reporter(dry_run=getattr(args, "dry_run", False))
    try:
        return run(args, hand, pause)
    except DeployError as stop:
        print(stop, file=sys.stderr)
    except NoRegionError:
        print("No region is set: export AWS_DEFAULT_REGION=eu-west-2 (London).", file=sys.stderr)
    except NoCredentialsError:
        print("No credentials are set: export AWS_PROFILE with a profile of the account.", file=sys.stderr)
    except (Boto3Error, BotoCoreError, ClientError) as error:
        print(f"AWS: {error}\nFix that and run the same command again: it resumes.", file=sys.stderr)
    except KeyboardInterrupt:
        print("Stopped half way. Run the same command again: it resumes.", file=sys.stderr)
        return INTERRUPTED
    return 1


def run(args: argparse.Namespace, hand: Reporter, pause: Callable[[float], None]) -> int:
    if args.command == "policies":
        policies.write_all(args.project, hand)
        return 0
    stage = Deployment(args.stage, args.project, pause)
    if args.command == "remove":
        remove.run(stage, hand, args.destroy)
        hand.close()
        return 0
    drill.refuse_drill(stage)
    if args.command not in MAY_BE_FIRST:
        remove.require(stage)
    if args.command == "status":
        return _print_needs(status.run(stage, hand, open_page=not args.skip_verify))
    if args.command == "drill":
        drill.run(stage, hand, keep=args.keep)
    elif args.command == "restore":
        restore.run(stage, hand, args.to)
    else:
        COMMANDS[args.command](stage, hand, args)
    hand.close()
    return 0


MAY_BE_FIRST = ("infra", "deploy")  # the second says itself what is missing
COMMANDS = {"infra": commands.infra, "deploy": commands.deploy, "rotate-keys": commands.rotate_keys}
COMMANDS |= {"stop": commands.stop, "start": commands.start}


def _print_needs(needs: list[str]) -> int:
    lines = "1 line needs" if len(needs) == 1 else f"{len(needs)} lines need"
    print(f"{lines} action: each is marked with !" if needs else "Nothing needs action.")
    return 1 if needs else 0


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="python -m infra.deploy", description=__doc__)
    top.add_argument("--project", type=Path, default=ROOT, help=argparse.SUPPRESS)
    commands_of = top.add_subparsers(dest="command", required=True)
    made = commands_of.add_parser("infra", help="everything but the functions: stack, PDF layer, settings")
    made.add_argument("--sender", default="", help="name and address that emails come from; kept when it is left out")
    made.add_argument("--reply-to", default="", help="a person's mailbox; kept")
    made.add_argument("--second-factor", default="", help="of administrators: required or optional; kept")
    made.add_argument("--administrators", default="", help="addresses, with commas between; kept")
    made.add_argument("--alarms-to", default="", help="an address that gets the alarms; kept")
    made.add_argument("--identity", default="", help="what SES is to verify, if not the sender's domain")
    made.add_argument("--log-days", default="", help="how long logs are kept: 14, 30, 60 or 90; kept; 30")
    made.add_argument("--xray", default="", help="1: traces of the functions; kept; 0")
    made.add_argument("--waf-limit", default="", help="requests of one address in five minutes; kept; 0: no limit")
    deployed = commands_of.add_parser("deploy", help="the functions, and what Chalice cannot say")
    deployed.add_argument("--any-python", action="store_true", help="for a trial on an emulator")
    deployed.add_argument("--skip-verify", action="store_true", help="do not look at it from outside afterwards")
    removed = commands_of.add_parser("remove", help="take it down; tables, documents and settings stay")
    removed.add_argument("--destroy", default="", metavar="STAGE", help="delete those too: say the stage again")
    rotated = commands_of.add_parser("rotate-keys", help="sign links with a new key; the old ones still open")
    rotated.add_argument("--drop-oldest", action="store_true", help="instead: end the links of the oldest key")
    commands_of.add_parser("policies", help="write the policies of every stage from infra/rights.yaml")
    stopped = commands_of.add_parser("stop", help="pages say “back soon”, no job runs, no email is sent")
    started = commands_of.add_parser("start", help="undo stop")
    started.add_argument("--skip-verify", action="store_true", help="do not look at it from outside afterwards")
    drilled = commands_of.add_parser("drill", help="restore into a second stage, check it, and clean up")
    drilled.add_argument("--keep", action="store_true", help="leave the second stage, to look at it")
    put_back = commands_of.add_parser("restore", help="put the table back to a moment; API, alarms and stack stay")
    put_back.add_argument("--to", required=True, metavar="MOMENT", help="such as 2026-10-01T12:00Z")
    for each in (made, deployed, removed, rotated, stopped, started, drilled, put_back):
        each.add_argument("--dry-run", action="store_true", help="show what would be done, and do nothing")
    looked = commands_of.add_parser("status", help="show the state of the deployment")
    looked.add_argument("--skip-verify", action="store_true", help="do not open its pages")
    for each in (made, deployed, removed, rotated, looked, stopped, started, drilled, put_back):
        each.add_argument("--stage", required=True, help="which deployment, as in prod")
    return top


if __name__ == "__main__":
    sys.exit(main())
