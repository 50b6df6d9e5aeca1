"""The library for assistants: tools, resources and prompts of the Model Context Protocol (MCP).

`protocol_server` answers the protocol's requests, `library_tools`, `library_resources` and `library_prompts`
hold what it offers, `transports` are the ways to it: standard input and output, or HTTP.
"""
