"""Pages in Chromium, as people meet them: `make test-browser`."""
