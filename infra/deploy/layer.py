"""The PDF layer: typst and the report's fonts as a zip in the bucket, made from the locked requirements."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from chalicelib.pdf import fonts
from infra.deploy import stack
from infra.deploy.hand import Reporter
from infra.deploy.stage import DeployError, Deployment, found_or_none

REQUIREMENTS = "requirements-report.txt"
PYTHON = "3.13"  # of the Lambda runtime
MACHINES = {"arm64": "aarch64", "x86_64": "x86_64"}
MAX_ZIP_BYTES = 90_000_000  # bytes of the zip; Lambda allows 250 MB unzipped, function included
NO_TIME = (1980, 1, 1, 0, 0, 0)  # so that the same files give the same zip


def architecture(stage: Deployment) -> str:
    return str(stage.config().get("lambda_architecture", "x86_64"))


def key(stage: Deployment) -> str:
    """Where the zip is in the bucket: another name for other requirements."""
    text = (stage.project / REQUIREMENTS).read_bytes() + f"{PYTHON} {architecture(stage)}".encode()
    return f"layers/pdf-{architecture(stage)}-{hashlib.sha256(text).hexdigest()[:16]}.zip"


def layer_of(stage: Deployment) -> str:
    """Return the layer's ARN with its version, as the account's stack says; empty before there is one.

    Account and version are in it, so it is kept in no tracked file.
    """
    return stack.outputs(stage).get("PdfLayer", "")


def upload(stage: Deployment, hand: Reporter) -> None:
    name = key(stage)
    head = stage.client("s3").head_object
    if found_or_none(head, "404", "NoSuchKey", "NotFound", "NoSuchBucket", Bucket=stage.bucket, Key=name):
        hand.stays(f"{name} is in the bucket")
    else:
        hand.change(
            f"build the PDF layer for {architecture(stage)} and upload it as {name}", lambda: _upload(stage, name)
        )


def _upload(stage: Deployment, name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        archive = build(Path(folder), stage.project / REQUIREMENTS, architecture(stage))
        stage.client("s3").upload_file(str(archive), stage.bucket, name)


def build(folder: Path, requirements: Path, machine: str) -> Path:
    """Build the layer's zip: everything below `python/`, where Lambda looks.

    Raises Stop if pip cannot install it, and if a font is missing: reports would fail for want of it.
    """
    target = folder / "python"
    platform = MACHINES[machine]
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile"]
    command += ["--target", str(target), "--only-binary=:all:", "--implementation", "cp", "--python-version", PYTHON]
    command += ["--platform", f"manylinux_2_28_{platform}", "--platform", f"manylinux2014_{platform}"]
    command += ["--platform", f"manylinux_2_17_{platform}", "--require-hashes", "-r", str(requirements)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 (our own words)
    if done.returncode:
        raise DeployError(f"pip could not install {requirements.name} for {machine}:\n{done.stderr.strip()[-2000:]}")
    if lacking := fonts.missing(target):
        raise DeployError(f"The PDF layer lacks fonts: {', '.join(lacking)}. Are they in {requirements.name}?")
    archive = folder / "layer.zip"
    write_zip(
        archive, {str(path.relative_to(folder)): path.read_bytes() for path in target.rglob("*") if path.is_file()}
    )
    if archive.stat().st_size > MAX_ZIP_BYTES:
        raise DeployError(f"The PDF layer has {archive.stat().st_size:,} bytes; {MAX_ZIP_BYTES:,} are foreseen.")
    return archive


def write_zip(archive: Path, files: dict[str, bytes]) -> None:
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, NO_TIME)
            info.external_attr = 0o644 << 16
            zipped.writestr(info, files[name], zipfile.ZIP_DEFLATED, compresslevel=9)
