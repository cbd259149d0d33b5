/* upstream.h - how does a call get out and its answer back?
 *
 * One client for the whole process: a thread of its own drives libcurl's multi
 * interface with epoll, so that connections, TLS sessions, DNS and HTTP/2 streams
 * are shared by all requests, and a thousand waiting calls cost no thread each.
 * Knows nothing of providers, JSON or Lua. Follows no redirect: an address that a
 * provider gives is somebody else's decision.
 *
 * A guarded call goes where a stranger said: over https only, on a connection of its
 * own and through no proxy, and only to an address that egress.h calls public or on
 * a host that is admitted. What is asked about is the address that is connected to,
 * so it does not matter what else a name server says of the name.
 * SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "rope.h"

enum upstream_outcome {
    UPSTREAM_PENDING,
    UPSTREAM_ANSWERED,      /* a whole HTTP answer, of any status */
    UPSTREAM_UNREACHABLE,   /* no connection (DNS, refused, TLS): nothing was sent, so nothing was charged */
    UPSTREAM_BROKEN,        /* the connection broke, or the answer is not HTTP, after something was sent */
    UPSTREAM_TIMEOUT,       /* connected, but not answered in time */
    UPSTREAM_TOO_LARGE,     /* the answer exceeds max_answer */
    UPSTREAM_FORBIDDEN,     /* guarded: not to be fetched; nothing was sent */
    UPSTREAM_CANCELLED,
    UPSTREAM_NO_MEMORY,
};

enum { UPSTREAM_REASON = 256, UPSTREAM_HEADERS_MAX = 64 * 1024 };

/* One exchange. The caller zero-initialises it, fills the first half, and keeps
 * it (and all that it borrows) in place until done was called or
 * upstream_cancel() returned. */
struct upstream_call {
    const char *method;             /* "POST"; borrowed, as all of this half */
    const char *url;                /* http:// or https:// */
    const char *const *headers;     /* "Name: value" each, ends with NULL; may be NULL */
    const struct rope *body;        /* NULL for none */
    long timeout_ms;                /* for the whole exchange, > 0 */
    size_t max_answer;              /* ceiling of the answer's body */
    size_t *allowance;              /* and what it may take together with others that have the same; NULL: no more is asked.
                                     * The client's own while any of them is under way */
    bool guarded;                   /* url is a stranger's choice */
    const char *admitted;           /* guarded: hosts that egress_admits() shall know; may be NULL */
    void (*done)(struct upstream_call *call);   /* once, on the client's thread: brief, and never calls upstream_* */
    void *context;                  /* the caller's own */

    enum upstream_outcome outcome;  /* the answer: valid once done was called */
    char reason[UPSTREAM_REASON];   /* what went wrong, for a log; "" when answered */
    int status;                     /* of the final answer, not of a 100 Continue */
    struct buf head;                /* "name: value\n" per header, names in lower case, values trimmed */
    char *body_data;                /* owned by the call until somebody takes it and sets NULL; from malloc */
    size_t body_len;
    double seconds;                 /* from start to done */

    void *transfer;                 /* the client's own */
};

struct upstream;

struct upstream_options {
    const char *user_agent;         /* copied */
    long connect_timeout_ms;
    const char *ca_file;            /* NULL: the system's certificates; copied */
};

/* Starts the thread. NULL when that fails. upstream_free() cancels what is still
 * under way, joins the thread and releases everything. */
struct upstream *upstream_new(const struct upstream_options *options);

/* Ends all that is under way with UPSTREAM_CANCELLED, and from now on each new call
 * at once, on its caller's own thread. */
void upstream_stop(struct upstream *upstream);
void upstream_free(struct upstream *upstream);

/* Hands the call to the client and returns at once. False when out of memory:
 * then done is not called. Any thread. */
bool upstream_start(struct upstream *upstream, struct upstream_call *call);

/* Ends the call if it is still under way, and returns when nothing of it is in
 * use any more. done was called before this returns, with UPSTREAM_CANCELLED if
 * the call had not ended by itself. Any thread but the client's. */
void upstream_cancel(struct upstream *upstream, struct upstream_call *call);

/* The value of a header (name in lower case; the last, when it came more than
 * once), copied into out with a NUL, cut at size - 1. False and "": there is none. */
bool upstream_header(const struct upstream_call *call, const char *name, char *out, size_t size);

/* Frees head and body_data. */
void upstream_call_clear(struct upstream_call *call);

/* Calls under way now, and connections opened since the start: for /health, tests and metrics. */
size_t upstream_in_flight(const struct upstream *upstream);
size_t upstream_connections(const struct upstream *upstream);

/* The HTTP library's name and version. Static. */
const char *upstream_library(void);
