"""What an AWS account allows, as a test or a person at the emulator sets it: at first, what a new one does."""

from __future__ import annotations

from msgspec import Struct, field


class Account(Struct):
    page_size: int = 25  # of every list that comes in pages
    is_production: bool = False  # of SES: out of its sandbox
    emails_a_day: float = 200
    emails_a_second: float = 1
    verified: list[str] = field(default_factory=list)  # identities: domains and addresses
    confirmed: list[str] = field(default_factory=list)  # addresses whose owners want the emails of a topic
    lambdas_at_once: int = 10
    looks_at_a_function: int = 0  # that find a change of it under way, after each; a wait for it takes seconds
    refusals_of_a_right: int = 0  # before Lambda finds a right that a role was just given
    looks_at_a_stack: int = 1  # that find it under way, after each change
    seconds_passed: float = 0  # since the server started, besides those that really did


account = Account()


def change(**values: object) -> None:
    for name, value in values.items():
        setattr(account, name, value)


def reset() -> None:
    page_size = account.page_size
    change(**{name: getattr(Account(), name) for name in Account.__struct_fields__})
    account.page_size = page_size
