"""The doctor: looks at everything that must be well, one file for each kind of thing, and changes nothing."""
