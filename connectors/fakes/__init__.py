"""Servers that stand in for the platforms, for the tests, the benchmarks and `signpost demo`.

They speak the platforms' public interfaces over real sockets on loopback, and fail on anything that they don't know.
"""
