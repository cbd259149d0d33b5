/* egress.h - may a call go to this address?
 *
 * Links come from strangers: a client names a picture, a provider names a picture,
 * and the gateway stands inside somebody's network. So a call to such a link may
 * go to what is on the internet at large, and to nothing else; what is not known
 * to be public is refused. Opens no socket and looks up no name: upstream.c asks
 * about the very address that it is about to connect to.
 * SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

enum { EGRESS_TEXT = 64 };

/* Is it an address that anybody on the internet may be found at? False also when
 * it is shorter than its family's addresses are, and for other families. */
bool egress_is_public(const struct sockaddr *address, size_t len);

/* Does the operator admit this host, wherever it is? list: "host" or "host:port"
 * each, with spaces between; NULL for none. host: with brackets if it is IPv6. */
bool egress_admits(const char *list, const char *host, const char *port);

/* The address as people write it. */
void egress_text(char out[EGRESS_TEXT], const struct sockaddr *address, size_t len);
