"""The secrets file: readable by us and by nobody else, with every password that only a carrier can give."""

from centre.model import Centre
from sambut.doctor.findings import Finding, fine, warning, wrong
from sambut.secrets_file import SecretsFile, SecretsUnusable
from sambut.settings import Settings


def look_at_secrets(settings: Settings, centre: Centre | None) -> list[Finding]:
    """May the file be used, and does each trunk that registers have its password?"""
    path = settings.secrets_file
    try:
        known = SecretsFile(path).read()
    except SecretsUnusable as unusable:
        what, _, mend = str(unusable).removeprefix(f"{path}: ").partition("; ")
        return [wrong(str(path), what, mend)]
    missing = [
        f"trunk.{trunk.id}"
        for trunk in (centre.trunks if centre else ())
        if trunk.register_user and f"trunk.{trunk.id}" not in known
    ]
    if missing:
        what = f"the carrier's password is missing: {', '.join(missing)}"
        return [warning(str(path), what, f'write "{missing[0]}" = "..." into it, else one is made up and refused')]
    if not known:
        return [fine(str(path), "no secrets yet; the first start makes them")]
    return [fine(str(path), f"{len(known)} secrets, for their owner only")]
