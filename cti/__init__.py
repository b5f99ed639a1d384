"""CTI: live control and live pictures for people and programs at work; the event socket and the REST API."""
