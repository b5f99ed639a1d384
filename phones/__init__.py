"""People with phones: agents' phones and callers that speak real SIP, for the demo and the end-to-end tests.

No other part of the program imports this package, and it imports nothing of theirs: it only dials, listens and talks.
Each kind of phone is a process of its own (`agents`: baresip, `pjsua`: pjsua2, and SIPp for callers).
"""
