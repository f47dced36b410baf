"""The conversation by text: a table of steps without I/O, and the verbs that carry it out."""
