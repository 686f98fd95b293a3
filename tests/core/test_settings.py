"""Settings: all faults are named at once; existing links still work with a new link key."""

import json

import pytest
from msgspec.structs import fields

from chalicelib.core import log
from chalicelib.core import settings as config
from chalicelib.core.aws import client
from chalicelib.core.settings import ConfigError, parse_settings, settings
from chalicelib.links import signing
from chalicelib.links.signing import LinkUnknown
from infra.deploy.settings import with_id_key
from infra.local import account
from tests.support.calls import count_calls
from tests.support.cloud import BASE_URL, STAGE

OUTPUTS = {"Bucket": "b", "WorkQueue": "w", "ReportQueue": "r", "MailQueue": "m"}


def sound() -> dict:
    return account.settings(STAGE, BASE_URL, OUTPUTS)


def test_sound_settings_are_read():
    assert parse_settings(json.dumps(sound()), STAGE).base_url == BASE_URL


def test_everything_that_is_missing_or_malformed_is_named_in_one_message():
    wrong = sound() | {"mails_per_second": "fast", "queues": {"work": "w"}, "colour": "blue", "configuration_set": 1}
    wrong |= {"base_url": "https://example.org/", "link_keys": ["short"], "administrators": [], "sender": "no-one"}
    del wrong["reply_to"], wrong["bucket"]

    with pytest.raises(ConfigError) as refused:
        parse_settings(json.dumps(wrong), STAGE)

    for said in (
        "reply_to is missing",
        "bucket is missing",
        "mails_per_second is malformed",
        "configuration_set is malformed",
        "queues.report is missing",
        "queues.mail is missing",
        "base_url ends with a slash",
        "link_keys needs a key of 32 characters or more",
        "administrators is empty",
        "sender contains no address",
        "colour is not a setting",
    ):
        assert said in str(refused.value)


def test_the_second_factor_is_optional_unless_the_settings_say_so():
    without = {name: value for name, value in sound().items() if name != "second_factor"}

    assert parse_settings(json.dumps(without), STAGE).second_factor == "optional"
    assert parse_settings(json.dumps(sound() | {"second_factor": "required"}), STAGE).second_factor == "required"
    with pytest.raises(ConfigError, match="second_factor: required or optional"):
        parse_settings(json.dumps(sound() | {"second_factor": "yes"}), STAGE)


@pytest.mark.parametrize("name", [field.name for field in fields(config.Settings) if field.name != "stage"])
def test_a_setting_of_another_type_is_named(name):
    with pytest.raises(ConfigError, match=f": {name}(:| is malformed)"):
        parse_settings(json.dumps(sound() | {name: None}), STAGE)


def test_a_setting_may_be_missing_only_if_it_has_a_default():
    required = {field.name for field in fields(config.Settings) if field.required}

    with pytest.raises(ConfigError) as refused:
        parse_settings("{}", STAGE)

    named = str(refused.value).partition(": ")[2].split("; ")
    assert {*named} == {f"{name} is missing" for name in required - {"stage"}}


@pytest.mark.parametrize("text", ["", "{", "[]", '"word"'])
def test_what_is_no_object_is_said_to_be_none(text):
    with pytest.raises(ConfigError, match="is not"):
        parse_settings(text, STAGE)


def test_settings_are_read_once_in_the_life_of_a_function(aws):
    with count_calls() as first:
        settings()
    with count_calls() as later:
        settings()

    assert (first.total(), later.total()) == (1, 0)


def test_the_log_names_the_settings_at_fault_and_quotes_none():
    with pytest.raises(ConfigError) as refused:
        parse_settings(json.dumps(sound() | {"link_keys": ["too short"], "sender": "no-one"}), STAGE)
    line = log.describe_error(refused.value)

    assert "sender contains no address; link_keys needs a key" in line
    assert not any(value in line for value in ("too short", "no-one"))


def use_keys(*keys: str) -> None:
    value = settings_row() | {"link_keys": list(keys)}
    client("ssm").put_parameter(
        Name=config.parameter_name(STAGE), Type="SecureString", Value=json.dumps(value), Overwrite=True
    )
    settings.cache_clear()


def settings_row() -> dict:
    return json.loads(
        client("ssm").get_parameter(Name=config.parameter_name(STAGE), WithDecryption=True)["Parameter"]["Value"]
    )


def test_a_new_link_key_signs_and_the_old_one_still_opens_what_is_out(aws):
    before = settings_row()["link_keys"]
    old, new = "an old key for links, of 32 signs or more", "a new key for links, of 32 signs or more"
    try:
        use_keys(old)
        out = signing.token("hub", "delegate", "1")
        use_keys(old, new)
        fresh = signing.token("hub", "delegate", "1")

        assert fresh != out
        assert signing.read("hub", out, 2) == signing.read("hub", fresh, 2) == ("delegate", "1")
        use_keys(new)
        assert signing.read("hub", fresh, 2) == ("delegate", "1")
        with pytest.raises(LinkUnknown):
            signing.read("hub", out, 2)
    finally:
        use_keys(*before)


def test_ids_do_not_change_when_an_older_deployment_gets_its_id_key_and_rotates_its_link_keys():
    before = {name: value for name, value in sound().items() if name != "id_key"}
    in_effect = parse_settings(json.dumps(before), STAGE).id_key
    stored = with_id_key(before)
    rotated = stored | {"link_keys": ["another key of thirty-two characters or more"]}

    assert len(in_effect) == 64
    assert in_effect != before["link_keys"][0]
    assert parse_settings(json.dumps(stored), STAGE).id_key == in_effect
    assert parse_settings(json.dumps(rotated), STAGE).id_key == in_effect
    assert with_id_key(rotated) == rotated


def test_a_short_id_key_is_refused():
    with pytest.raises(ConfigError, match="id_key needs 32 characters or more"):
        parse_settings(json.dumps(sound() | {"id_key": "short"}), STAGE)
