"""Stories of the event socket and the REST API."""
