"""What looks into files that workers sent: code that runs in a child process alone, without keys, and imports nothing of ours.

`app.attachments.examining` starts the child. A file may be made to break what decodes it; then only the child is broken.
"""
