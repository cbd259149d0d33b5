/* serve.h - how does the server live, from start to stop?
 *
 * Brings up the upstream client, the Lua states and the listener, waits for a
 * signal, and takes them down in the opposite order.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "config.h"

/* Serves until SIGTERM or SIGINT, then finishes what is under way, at most
 * drain_timeout seconds. Returns the exit code: 0, or 1 when it could not start. */
int serve_until_stopped(const struct config *config);
