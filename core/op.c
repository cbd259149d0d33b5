/* op.c - operations that a request waits for.
 * SPDX-License-Identifier: MIT */
#include "op.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "jsonlift.h"

enum { SECONDS_MAX = 24 * 60 * 60 };

static const double PAUSE_SLICE = 0.25;     /* seconds between two looks whether the server is stopping */

double op_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

bool op_group_init(struct op_group *group, struct blobs *blobs, struct upstream *upstream)
{
    pthread_condattr_t monotonic;

    *group = (struct op_group){ .blobs = blobs, .upstream = upstream };
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    bool good = pthread_mutex_init(&group->lock, NULL) == 0 && pthread_cond_init(&group->changed, &monotonic) == 0;
    pthread_condattr_destroy(&monotonic);
    return good;
}

static void op_free(struct op *op)
{
    if (op->call.done)
        upstream_cancel(op->group->upstream, &op->call);
    upstream_call_clear(&op->call);
    for (size_t i = 0; i < op->header_count; i++)
        free(op->headers[i]);
    rope_free(&op->rope);
    buf_free(&op->skeleton);
    module_task_free(op->task);
    free(op->method);
    free(op->url);
    free(op->text);
    free(op);
}

void op_group_free(struct op_group *group)
{
    while (group->ops) {
        struct op *op = group->ops;
        group->ops = op->next;
        op_free(op);
    }
    pthread_cond_destroy(&group->changed);
    pthread_mutex_destroy(&group->lock);
}

static struct op *op_new(struct op_group *group, enum op_kind kind)
{
    struct op *op = calloc(1, sizeof *op);

    if (!op)
        return NULL;
    op->kind = kind;
    op->group = group;
    op->next = group->ops;
    group->ops = op;
    buf_init(&op->skeleton, OP_SKELETON_MAX);
    return op;
}

struct op *op_call_new(struct op_group *group, const char *method, const char *url, const char *body, size_t body_len,
                       enum rope_form form)
{
    struct op *op = op_new(group, OP_CALL);

    if (!op)
        return NULL;
    op->method = strdup(method);
    op->url = strdup(url);
    if (!op->method || !op->url)
        return NULL;
    if (!body)
        return op;
    op->text = malloc(body_len + 1);
    if (!op->text)
        return NULL;
    memcpy(op->text, body, body_len);
    return rope_split(&op->rope, op->text, body_len, group->blobs, form) ? op : NULL;
}

bool op_call_header(struct op *op, const char *name, const char *value)
{
    struct buf line;

    if (op->header_count == OP_HEADERS_MAX)
        return false;
    buf_init(&line, UPSTREAM_HEADERS_MAX);
    if (!buf_add_format(&line, "%s: %s", name, value)) {
        buf_free(&line);
        return false;
    }
    op->headers[op->header_count++] = buf_take(&line, NULL);
    return true;
}

static void call_done(struct upstream_call *call)
{
    struct op *op = call->context;

    pthread_mutex_lock(&op->group->lock);
    op->over = true;
    pthread_cond_signal(&op->group->changed);
    pthread_mutex_unlock(&op->group->lock);
}

/* Scripts give any number, also none (NaN) and infinity; a clock takes less. */
static double sane_seconds(double seconds)
{
    if (!(seconds > 0))
        return 0;
    return seconds < SECONDS_MAX ? seconds : SECONDS_MAX;
}

bool op_call_start(struct op *op, double timeout_seconds, size_t max_answer)
{
    op->call.method = op->method;
    op->call.url = op->url;
    op->call.headers = (const char *const *)op->headers;
    op->call.body = op->text ? &op->rope : NULL;
    op->call.timeout_ms = 1 + (long)(sane_seconds(timeout_seconds) * 1000);
    op->call.max_answer = max_answer;
    op->call.context = op;
    op->call.done = call_done;
    if (upstream_start(op->group->upstream, &op->call))
        return true;
    op->call.done = NULL;       /* nothing to cancel */
    return false;
}

struct op *op_fetch(struct op_group *group, const char *url, double timeout_seconds, size_t max_answer, bool shared)
{
    struct op *op = op_call_new(group, "GET", url, NULL, 0, ROPE_BASE64);

    if (!op)
        return NULL;
    op->kind = OP_FETCH;
    op->call.guarded = true;
    op->call.admitted = group->admitted;
    op->call.allowance = shared ? &group->allowance : NULL;
    return op_call_start(op, timeout_seconds, max_answer) ? op : NULL;
}

struct op *op_pause(struct op_group *group, double seconds)
{
    struct op *op = op_new(group, OP_PAUSE);

    if (op)
        op->deadline = op_now() + (group->hurried ? 0 : sane_seconds(seconds));
    return op;
}

struct op *op_task(struct op_group *group, struct pictor_task *task)
{
    struct op *op = op_new(group, OP_TASK);

    if (!op) {
        module_task_free(task);
        return NULL;
    }
    op->task = task;
    return op;
}

static void no_memory(struct upstream_call *call)
{
    call->outcome = UPSTREAM_NO_MEMORY;
    snprintf(call->reason, sizeof call->reason, "memory: expected some for the answer, got none");
}

/* The answer's body becomes the request's, its pictures blobs. */
static void lift_answer(struct op *op)
{
    struct upstream_call *call = &op->call;
    struct blobs *blobs = op->group->blobs;
    char *body = call->body_data;

    if (call->outcome != UPSTREAM_ANSWERED || !body)
        return;
    if (!blobs_adopt(blobs, body)) {
        no_memory(call);
        return;
    }
    call->body_data = NULL;
    switch (jsonlift(&op->skeleton, body, call->body_len, blobs)) {
    case JSONLIFT_OK:
        return;
    case JSONLIFT_TOO_LARGE:
        call->outcome = UPSTREAM_TOO_LARGE;
        snprintf(call->reason, sizeof call->reason, "answer: expected at most %d bytes besides its pictures, got more",
                 OP_SKELETON_MAX);
        return;
    case JSONLIFT_NO_MEMORY:
        no_memory(call);
    }
}

/* The answer's body becomes the request's, as bytes with a mark. */
static void keep_bytes(struct op *op)
{
    struct upstream_call *call = &op->call;
    struct blobs *blobs = op->group->blobs;

    if (!blobs_adopt(blobs, call->body_data)) {
        no_memory(call);
        return;
    }
    if (!blobs_add(blobs, call->body_data, call->body_len, BLOB_RAW, op->mark))
        no_memory(call);
    call->body_data = NULL;
}

/* What a 200 brought is kept; what else came is nobody's. */
static void keep_fetched(struct op *op)
{
    struct upstream_call *call = &op->call;

    if (call->outcome != UPSTREAM_ANSWERED || !call->body_data)
        return;
    if (call->status == 200) {
        keep_bytes(op);
        return;
    }
    free(call->body_data);
    call->body_data = NULL;
}

/* Did a call that asked for a picture get something that is no JSON object? */
static bool is_bytes(const struct op *op)
{
    const struct upstream_call *call = &op->call;
    size_t at = 0;

    if (!op->may_be_bytes || call->outcome != UPSTREAM_ANSWERED || call->status / 100 != 2 || !call->body_data)
        return false;
    while (at < call->body_len && strchr(" \t\r\n", call->body_data[at]))
        at++;
    return at < call->body_len && call->body_data[at] != '{';
}

static void settle(struct op *op)
{
    if (op->settled)
        return;
    op->settled = true;
    if (op->kind == OP_CALL && is_bytes(op))
        keep_bytes(op);
    else if (op->kind == OP_CALL)
        lift_answer(op);
    else if (op->kind == OP_FETCH)
        keep_fetched(op);
}

/* With the lock held: is any over? *deadline: the earliest end of a pause, or 0. */
static bool any_over(struct op *const *ops, size_t n, double *deadline)
{
    const _Atomic bool *stopping = ops[0]->group->stopping;
    bool any = false, hurry = stopping && *stopping;
    double now = op_now();

    *deadline = 0;
    for (size_t i = 0; i < n; i++) {
        struct op *op = ops[i];
        if (op->kind == OP_PAUSE && (hurry || now >= op->deadline))
            op->over = true;
        else if (op->kind == OP_PAUSE && (*deadline == 0 || op->deadline < *deadline))
            *deadline = op->deadline;
        any = any || op->over;
    }
    return any;
}

/* Is any over that the request has not seen yet? */
static bool any_news(struct op *const *ops, size_t n)
{
    double deadline;
    bool news = false;

    pthread_mutex_lock(&ops[0]->group->lock);
    any_over(ops, n, &deadline);
    for (size_t i = 0; i < n; i++)
        news = news || (ops[i]->over && !ops[i]->settled);
    pthread_mutex_unlock(&ops[0]->group->lock);
    return news;
}

/* Runs the first task that has not run, if there is one. */
static void run_task(struct op *const *ops, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (ops[i]->kind == OP_TASK && !ops[i]->over) {
            module_task_run(ops[i]->task);
            ops[i]->over = true;    /* tasks are this thread's alone: no lock */
            return;
        }
    }
}

static void sleep_until(struct op_group *group, double deadline)
{
    double look_up = op_now() + PAUSE_SLICE;
    struct timespec at;

    if (deadline > look_up)
        deadline = look_up;
    at.tv_sec = (time_t)deadline;
    at.tv_nsec = (long)((deadline - (double)at.tv_sec) * 1e9);
    if (deadline > 0)
        pthread_cond_timedwait(&group->changed, &group->lock, &at);
    else
        pthread_cond_wait(&group->changed, &group->lock);
}

void op_wait_any(struct op *const *ops, size_t n)
{
    double deadline;

    if (n == 0)
        return;
    struct op_group *group = ops[0]->group;
    if (!any_news(ops, n))          /* what is over must not wait for a task */
        run_task(ops, n);
    pthread_mutex_lock(&group->lock);
    while (!any_over(ops, n, &deadline))
        sleep_until(group, deadline);
    for (size_t i = 0; i < n; i++)
        ops[i]->seen = ops[i]->over;
    pthread_mutex_unlock(&group->lock);
    for (size_t i = 0; i < n; i++) {
        if (ops[i]->seen)
            settle(ops[i]);
    }
}
