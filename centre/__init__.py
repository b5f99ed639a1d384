"""Centre: the description of a contact centre, as its administrators write it. Pure: read, checked, written, compared."""
