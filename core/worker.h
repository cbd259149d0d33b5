/* worker.h - how does one thread see a request through Lua and back?
 *
 * A pool holds a few prepared Lua states (about one per core). A request is a
 * coroutine in one of them. Its thread borrows the state for bursts of
 * microseconds; whenever the coroutine waits, the thread lets go of the state and
 * sleeps on its own condition (op.h), so thousands of waiting requests share a
 * handful of states.
 * SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "config.h"
#include "host.h"
#include "rope.h"

enum { WORK_HEADERS_MAX = 16, WORK_ID = 64, WORK_TEXT_MAX = 1 << 20 };

/* One request, and all that C owns for it. */
struct work {
    const char *entry;          /* gateway function, such as "generations"; static */
    char id[WORK_ID + 1];       /* x-request-id */
    char subject[257];          /* the rest of the path, such as a model's id */
    int caller;                 /* position of the key in the config, or -1: no keys */
    bool explain;               /* tell what would be done, send nothing */
    bool form;                  /* the body is a form's list of parts (multipart.h) */
    struct host_context host;   /* blobs and operations */
    struct buf body;            /* JSON with marks, at most WORK_TEXT_MAX */

    int status;                 /* the reply */
    struct buf headers;         /* "name: value\r\n" each */
    struct buf text;            /* JSON with marks */
    struct rope rope;           /* text and pictures, ready to be written */
    double policy_seconds, upstream_seconds;    /* in Lua, and waiting */
};

struct pool;

/* Prepares config->lua_states states. NULL: *error says what is wrong, with file
 * and line. Free when no request is under way. */
struct pool *pool_new(const struct config *config, struct upstream *upstream, struct buf *error);
void pool_free(struct pool *pool);

/* Empties *work and gives it its own blobs and operations. False: out of memory.
 * work_free() also after false. */
bool work_init(struct work *work, struct pool *pool);
void work_free(struct work *work);

/* Runs the request to its end: fills the reply. Always leaves one: what a script
 * breaks becomes 500 policy_error. */
void pool_serve(struct pool *pool, struct work *work);

/* The reply to a failure that never reached Lua, in the same shape. */
void work_fail(struct work *work, const char *code, const char *param, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* From now on no request pauses before it tries again: for a stop that waits no longer. */
void pool_stop(struct pool *pool);

struct pool_figures {
    size_t states, bytes, peak_bytes;
};
struct pool_figures pool_figures(const struct pool *pool);
