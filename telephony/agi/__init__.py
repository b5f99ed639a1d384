"""FastAGI: the dialplan asks here what to do with a caller, one session a caller."""
