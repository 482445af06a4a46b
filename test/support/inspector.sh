#!/bin/sh
# The command line of MCP's Inspector: one exact version of it, on a Node that it runs on.
# Fetches both at first; with npm_config_offline=true it fails where that has not been done.
exec npx -y -p node@24 -p @modelcontextprotocol/inspector@2.12.0 -- mcp-inspector --cli "$@"
