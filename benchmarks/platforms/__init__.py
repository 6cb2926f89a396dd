"""What the benchmarks of the connectors share: the bot as a process, a simulated crowd, and the counting.

The crowd writes in communities of the fake platforms (connectors/fakes), which run in the script's own process.
"""
