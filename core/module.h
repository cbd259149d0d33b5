/* module.h - which C modules are built in, and how does one of their tasks run?
 *
 * The core's side of public/pictor.h: finds what PICTOR_MODULE announced, holds a
 * task's arguments and what it gave. Knows nothing of Lua or threads.
 * SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "blob.h"
#include "public/pictor.h"

/* The i-th built-in module; NULL past the last. Static. */
const struct pictor_module *module_at(size_t i);

/* "sketch.draw" to its entry. NULL when no such module, or task, is built in. */
const struct pictor_task_entry *module_find_task(const char *name);

enum { MODULE_REASON = 256, MODULE_VALUES_MAX = 32 };

enum module_kind { MODULE_TEXT, MODULE_INTEGER, MODULE_PICTURE };

struct module_value {
    enum module_kind kind;
    char *name;                 /* owned */
    char *text;                 /* owned */
    long integer;
    unsigned char *bytes;       /* of a result: owned, until somebody takes it and sets NULL */
    size_t len;
    struct blob blob;           /* of an argument that is a picture; bytes is set only while the task runs */
};

struct pictor_task {
    const struct pictor_task_entry *entry;
    struct module_value arguments[MODULE_VALUES_MAX], results[MODULE_VALUES_MAX];
    size_t argument_count, result_count;
    char reason[MODULE_REASON]; /* set by pictor_fail() */
    bool failed;
};

/* NULL when out of memory. Free with module_task_free(); NULL is fine. */
struct pictor_task *module_task_new(const struct pictor_task_entry *entry);
void module_task_free(struct pictor_task *task);

/* Copy. False: out of memory, or more than MODULE_VALUES_MAX. */
bool module_task_text(struct pictor_task *task, const char *name, const char *text);
bool module_task_integer(struct pictor_task *task, const char *name, long value);

/* Borrows what the blob points to until the task has run; base64 is decoded then. */
bool module_task_picture(struct pictor_task *task, const char *name, const struct blob *blob);

/* Runs it to its end on this thread; task->failed tells. A picture that is not
 * strict base64 fails it before it begins. */
void module_task_run(struct pictor_task *task);
