"""A recorded span played again on the real engine, under the configuration it had or under another one.

What came from outside (arrivals, patience, talks, agents' own wishes, how soon a phone is picked up) is taken from the
journal; what the engine decided is decided anew. Under the same configuration every input comes at its recorded instant,
so every fact is the recorded one.
"""
