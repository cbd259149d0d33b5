/* server.h - how do bytes of strangers become requests, and replies bytes?
 *
 * civetweb accepts and parses HTTP; everything else of it is switched off. One
 * handler for all paths: route, who is it (auth.h), read the body, lift its
 * pictures out, hand it to the worker, write the reply. What is refused before
 * the key was checked never reaches Lua, nor is its body read.
 *
 * Guards against the packaged civetweb 1.15: no document root and no files (its
 * directory redirect overflows), its form parser is never called (it can loop for
 * ever), a request with both Content-Length and Transfer-Encoding gets 400, and
 * no TLS listener (the packaged build crashes on the first handshake).
 * SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "buf.h"
#include "config.h"
#include "upstream.h"
#include "worker.h"

struct server;

/* Listens and serves. NULL: *error says why. All three are borrowed. Free with server_free(). */
struct server *server_new(const struct config *config, struct pool *pool, struct upstream *upstream,
                          struct buf *error);

/* From now on new requests get 503 draining; waits until those under way are
 * done, at most so many seconds. Returns how many were not. */
long server_drain(struct server *server, long seconds);

/* Stops listening and ends every connection. */
void server_free(struct server *server);

/* The version of the HTTP library. Static. */
const char *server_library(void);
