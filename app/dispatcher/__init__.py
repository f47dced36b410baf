"""The process that ticks: it calls the verbs of the other rooms when their time has come, and does nothing of its own."""
