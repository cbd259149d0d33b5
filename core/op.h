/* op.h - what is a request waiting for, and how does its thread sleep meanwhile?
 *
 * An operation is a call upstream, a fetch (of a picture by its link), a pause, or a
 * task of a C module. Starting one
 * returns at once; op_wait_any() is where a request's thread sleeps, on a
 * condition of its own, until one of several is over. A task runs right there,
 * on that thread. No Lua state is held while any of this goes on.
 * SPDX-License-Identifier: MIT */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "blob.h"
#include "buf.h"
#include "module.h"
#include "rope.h"
#include "upstream.h"

enum { OP_HEADERS_MAX = 32, OP_SKELETON_MAX = 4 << 20 };    /* an answer without its pictures: 4 MiB */

/* What the operations of one request share. */
struct op_group {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct blobs *blobs;            /* borrowed: the request's, where answers' pictures go */
    struct upstream *upstream;      /* borrowed */
    const char *admitted;           /* borrowed: hosts that a fetch may go to wherever they are. May be NULL */
    size_t allowance;               /* bytes that all shared fetches may bring together */
    const _Atomic bool *stopping;   /* borrowed; true: no pause lasts any longer. May be NULL */
    bool hurried;                   /* no pause lasts: there is nobody to be patient with */
    struct op *ops;                 /* all that were started, owned */
};

enum op_kind { OP_CALL, OP_FETCH, OP_PAUSE, OP_TASK };

struct op {
    enum op_kind kind;
    struct op_group *group;
    struct op *next;
    bool over;                      /* under the group's lock */
    bool seen, settled;             /* the request's own thread has noticed; has lifted the answer */
    bool may_be_bytes;              /* OP_CALL: a good answer that is no JSON is kept as bytes */
    double deadline;                /* OP_PAUSE: seconds of CLOCK_MONOTONIC */
    struct pictor_task *task;       /* OP_TASK: owned */
    char mark[BLOB_MARK + 1];       /* stands for the body of a good answer, as bytes; "": there is none, or it is text */
    struct upstream_call call;      /* OP_CALL and OP_FETCH, with what they borrow: */
    char *method, *url, *text;
    char *headers[OP_HEADERS_MAX + 1];
    size_t header_count;
    struct rope rope;
    struct buf skeleton;            /* the answer's body with marks in place of pictures */
};

bool op_group_init(struct op_group *group, struct blobs *blobs, struct upstream *upstream);

/* Cancels what is under way and frees every operation. */
void op_group_free(struct op_group *group);

/* Operations are owned by their group. NULL when out of memory (or too many headers). A call is
 * described first and then started: op_call_new, op_call_header ..., op_call_start.
 * body may hold marks of the group's blobs; NULL for none. All text is copied. */
struct op *op_call_new(struct op_group *group, const char *method, const char *url, const char *body,
                       size_t body_len, enum rope_form form);
bool op_call_header(struct op *op, const char *name, const char *value);
bool op_call_start(struct op *op, double timeout_seconds, size_t max_answer);

/* Gets url, a stranger's choice, by a guarded call (upstream.h). Started at once. shared: within the group's allowance. */
struct op *op_fetch(struct op_group *group, const char *url, double timeout_seconds, size_t max_answer, bool shared);

struct op *op_pause(struct op_group *group, double seconds);

/* Takes task, also when it returns NULL. */
struct op *op_task(struct op_group *group, struct pictor_task *task);

/* Returns when at least one of the n operations is over; marks all that are as
 * settled, with their answer's pictures lifted out. Only the request's own thread. */
void op_wait_any(struct op *const *ops, size_t n);

/* Seconds of CLOCK_MONOTONIC. */
double op_now(void);
