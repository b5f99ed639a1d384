"""AMI: links to Asterisk's manager interface that lose nothing silently and replay nothing."""
