"""The secrets file: readable by us and by nobody else, with every password that only a carrier can give."""

from centre.model import Centre
from sambut.asterisk_site import lacking_passwords, words_for_lacking
from sambut.doctor.findings import Finding, fine, wrong
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
    lacking = lacking_passwords(centre, known) if centre else []
    if lacking:
        return [wrong(str(path), *words_for_lacking(lacking, path))]
    if not known:
        return [fine(str(path), "no secrets yet; the first start makes them")]
    return [fine(str(path), f"{len(known)} secrets, for their owner only")]
