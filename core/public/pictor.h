/* pictor.h - what may a C module rely on?
 *
 * The only header that a C module includes. A module is a folder under modules/
 * with one or more .c files; building finds them, and a module announces itself
 * with PICTOR_MODULE, so that deleting the folder deletes the feature.
 *
 * A module offers tasks: work on bytes that Lua should not do. A provider or
 * plugin written in Lua asks for one by name ("sketch.draw") with arguments by
 * name; the task runs on the thread of the request that asked, with no Lua state
 * held, so it may take its time. It reads arguments, gives values, and returns;
 * or it returns what pictor_fail() returns. It must not keep any pointer.
 *
 *     static int draw(struct pictor_task *task)
 *     {
 *         long width = pictor_integer(task, "width", 1024);
 *         ...
 *         return pictor_give_picture(task, "picture", png, png_len);
 *     }
 *
 *     PICTOR_MODULE(sketch, "draws a line", { "draw", draw });
 *
 * SPDX-License-Identifier: MIT */
#ifndef PICTOR_H
#define PICTOR_H

#include <stddef.h>

#define PICTOR_ABI 2

struct pictor_task;     /* one call of a task, owned by the core */

/* Arguments. Text is borrowed until the task returns; NULL (or fallback) when
 * the caller gave none by that name, or gave another type. */
const char *pictor_text(const struct pictor_task *task, const char *name);
long pictor_integer(const struct pictor_task *task, const char *name, long fallback);

/* The bytes of a picture that the caller gave as { picture = mark or base64 }, decoded
 * before the task began and borrowed until it returns. Nobody has looked at them: they
 * may be no picture at all, or none (*len is 0). NULL, and *len 0, when the caller gave
 * no picture by that name. */
const unsigned char *pictor_picture(const struct pictor_task *task, const char *name, size_t *len);

/* Results. Each returns 0, or -1 when out of memory; a task may return that value.
 * give_picture takes bytes, which came from malloc, whatever it returns. */
int pictor_give_picture(struct pictor_task *task, const char *name, unsigned char *bytes, size_t len);
int pictor_give_text(struct pictor_task *task, const char *name, const char *text);
int pictor_give_integer(struct pictor_task *task, const char *name, long value);

/* Says why the task failed, "subject: expected X, got Y", and returns -1. The
 * caller gets it as upstream_error; the first call counts. */
int pictor_fail(struct pictor_task *task, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

struct pictor_task_entry {
    const char *name;
    int (*run)(struct pictor_task *task);   /* 0 good, -1 failed; any thread, several at once */
};

struct pictor_module {
    int abi;                                        /* PICTOR_ABI */
    const char *name;                               /* the folder's */
    const char *about;                              /* one line, for `pictor version` */
    const struct pictor_task_entry *tasks;          /* ends with a NULL name */
};

/* The linker gathers these pointers into one table (an ELF section). */
#define PICTOR_MODULE(module, about_text, ...)                                              \
    static const struct pictor_task_entry module##_tasks[] = { __VA_ARGS__, { 0, 0 } };     \
    static const struct pictor_module module##_module = {                                   \
        PICTOR_ABI, #module, about_text, module##_tasks                                     \
    };                                                                                      \
    __attribute__((used, section("pictor_modules")))                                        \
    const struct pictor_module *const module##_entry = &module##_module

#endif
