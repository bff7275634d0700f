"""Reads and writes `.ktrace` files by what Docs/FORMAT.md says, without any code of the toolkit.

Tests and fixtures use it for two things: as a second reader whose answers the tool's must equal,
and to make files that are valid in every checksum and yet say something else than was recorded.

Everything of a file is kept in memory. What is wrong in a file raises `Unreadable`.
"""
