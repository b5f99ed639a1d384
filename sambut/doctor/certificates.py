"""The certificate of phones that come over TLS or by browser."""

import ssl

from sambut.doctor.findings import Finding, fine, wrong
from sambut.settings import Settings

SETTING = "asterisk.tls_certificate"


def look_at_certificate(settings: Settings) -> list[Finding]:
    """Can the certificate and its key be read, and do they belong together? Nothing when TLS is off."""
    asterisk = settings.asterisk
    if not (asterisk.sip_tls_port or asterisk.http_port):
        return []
    try:
        # The empty password answers a key that asks for one, which would otherwise ask the terminal.
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(asterisk.tls_certificate, asterisk.tls_key, password="")
    except ssl.SSLError as problem:
        what = f"the certificate or its key cannot be used ({problem.reason or 'not PEM'})"
        return [
            wrong(SETTING, what, "let tls_certificate and tls_key be PEM files that belong together, without password")
        ]
    except OSError as problem:
        named = f"{asterisk.tls_certificate} or {asterisk.tls_key}"
        return [wrong(SETTING, f"{named} cannot be read ({problem.strerror})", "mend the path or the file's mode")]
    return [fine(SETTING, f"{asterisk.tls_certificate} and its key belong together")]
