"""The only room that speaks to Asterisk: AMI, FastAGI, its configuration and its view of the calls."""
