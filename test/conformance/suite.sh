#!/bin/sh
# The official conformance suite of MCP: one exact version of it, on a Node that it runs on.
# Fetches both at first; with npm_config_offline=true it fails where that has not been done.
exec npx -y -p node@24 -p @modelcontextprotocol/conformance@0.2.0-alpha.12 -- conformance "$@"
