"""What benchmarks/rasa_servers.py compares Signpost with: Rasa's own server, in an environment of its own."""
