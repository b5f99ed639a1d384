"""The demo: a sample centre and the people who call it and answer."""
