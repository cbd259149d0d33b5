/* module.c - built-in C modules and the values of their tasks.
 * SPDX-License-Identifier: MIT */
#include "module.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base64.h"

/* Made by the linker around the section that PICTOR_MODULE fills; absent when no
 * module is built in. */
extern const struct pictor_module *const __start_pictor_modules[] __attribute__((weak));
extern const struct pictor_module *const __stop_pictor_modules[] __attribute__((weak));

const struct pictor_module *module_at(size_t i)
{
    size_t count = __start_pictor_modules ? (size_t)(__stop_pictor_modules - __start_pictor_modules) : 0;

    return i < count ? __start_pictor_modules[i] : NULL;
}

static const struct pictor_task_entry *find_in(const struct pictor_module *module, const char *task)
{
    for (const struct pictor_task_entry *entry = module->tasks; entry->name; entry++) {
        if (strcmp(entry->name, task) == 0)
            return entry;
    }
    return NULL;
}

const struct pictor_task_entry *module_find_task(const char *name)
{
    const char *dot = strchr(name, '.');
    const struct pictor_module *module;

    if (!dot)
        return NULL;
    for (size_t i = 0; (module = module_at(i)); i++) {
        size_t len = strlen(module->name);
        if (module->abi == PICTOR_ABI && len == (size_t)(dot - name) && memcmp(module->name, name, len) == 0)
            return find_in(module, dot + 1);
    }
    return NULL;
}

struct pictor_task *module_task_new(const struct pictor_task_entry *entry)
{
    struct pictor_task *task = calloc(1, sizeof *task);

    if (task)
        task->entry = entry;
    return task;
}

static void free_values(struct module_value *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(values[i].name);
        free(values[i].text);
        free(values[i].bytes);
    }
}

void module_task_free(struct pictor_task *task)
{
    if (!task)
        return;
    free_values(task->arguments, task->argument_count);
    free_values(task->results, task->result_count);
    free(task);
}

/* A new, named value at the end of the list; NULL when there is no room or memory. */
static struct module_value *add(struct module_value *values, size_t *count, const char *name, enum module_kind kind)
{
    if (*count == MODULE_VALUES_MAX)
        return NULL;
    struct module_value *value = &values[*count];
    *value = (struct module_value){ .kind = kind, .name = strdup(name) };
    if (!value->name)
        return NULL;
    ++*count;
    return value;
}

static bool add_text(struct module_value *values, size_t *count, const char *name, const char *text)
{
    char *copy = strdup(text);
    struct module_value *value = copy ? add(values, count, name, MODULE_TEXT) : NULL;

    if (!value) {
        free(copy);
        return false;
    }
    value->text = copy;
    return true;
}

static bool add_integer(struct module_value *values, size_t *count, const char *name, long integer)
{
    struct module_value *value = add(values, count, name, MODULE_INTEGER);

    if (value)
        value->integer = integer;
    return value != NULL;
}

bool module_task_text(struct pictor_task *task, const char *name, const char *text)
{
    return add_text(task->arguments, &task->argument_count, name, text);
}

bool module_task_integer(struct pictor_task *task, const char *name, long value)
{
    return add_integer(task->arguments, &task->argument_count, name, value);
}

bool module_task_picture(struct pictor_task *task, const char *name, const struct blob *blob)
{
    struct module_value *value = add(task->arguments, &task->argument_count, name, MODULE_PICTURE);

    if (value)
        value->blob = *blob;
    return value != NULL;
}

/* False: it is no base64, and the task has failed; or out of memory. */
static bool decode(struct pictor_task *task, struct module_value *value)
{
    const struct blob *blob = &value->blob;

    if (value->kind != MODULE_PICTURE || blob->form == BLOB_RAW)
        return true;
    value->bytes = malloc(base64_decoded_max(blob->len) + 1);
    if (!value->bytes)
        return false;
    if (base64_decode(value->bytes, &value->len, blob->data, blob->len))
        return true;
    pictor_fail(task, "%s: expected base64, got something else", value->name);
    return false;
}

static bool decode_all(struct pictor_task *task)
{
    for (size_t i = 0; i < task->argument_count; i++) {
        if (!decode(task, &task->arguments[i]))
            return false;
    }
    return true;
}

/* The request may last for minutes yet. */
static void forget_decoded(struct pictor_task *task)
{
    for (size_t i = 0; i < task->argument_count; i++) {
        free(task->arguments[i].bytes);
        task->arguments[i].bytes = NULL;
    }
}

void module_task_run(struct pictor_task *task)
{
    bool good = decode_all(task) && task->entry->run(task) == 0;

    forget_decoded(task);
    if (!good && !task->failed)
        pictor_fail(task, "%s: expected to finish, ran out of memory", task->entry->name);
}

static const struct module_value *argument(const struct pictor_task *task, const char *name, enum module_kind kind)
{
    for (size_t i = 0; i < task->argument_count; i++) {
        const struct module_value *value = &task->arguments[i];
        if (value->kind == kind && strcmp(value->name, name) == 0)
            return value;
    }
    return NULL;
}

const char *pictor_text(const struct pictor_task *task, const char *name)
{
    const struct module_value *value = argument(task, name, MODULE_TEXT);

    return value ? value->text : NULL;
}

long pictor_integer(const struct pictor_task *task, const char *name, long fallback)
{
    const struct module_value *value = argument(task, name, MODULE_INTEGER);

    return value ? value->integer : fallback;
}

const unsigned char *pictor_picture(const struct pictor_task *task, const char *name, size_t *len)
{
    const struct module_value *value = argument(task, name, MODULE_PICTURE);

    *len = 0;
    if (!value)
        return NULL;
    bool raw = value->blob.form == BLOB_RAW;
    *len = raw ? value->blob.len : value->len;
    return raw ? (const unsigned char *)value->blob.data : value->bytes;
}

int pictor_give_picture(struct pictor_task *task, const char *name, unsigned char *bytes, size_t len)
{
    struct module_value *value = bytes ? add(task->results, &task->result_count, name, MODULE_PICTURE) : NULL;

    if (!value) {
        free(bytes);
        return -1;
    }
    value->bytes = bytes;
    value->len = len;
    return 0;
}

int pictor_give_text(struct pictor_task *task, const char *name, const char *text)
{
    return add_text(task->results, &task->result_count, name, text) ? 0 : -1;
}

int pictor_give_integer(struct pictor_task *task, const char *name, long value)
{
    return add_integer(task->results, &task->result_count, name, value) ? 0 : -1;
}

int pictor_fail(struct pictor_task *task, const char *format, ...)
{
    va_list args;

    if (task->failed)
        return -1;
    task->failed = true;
    va_start(args, format);
    vsnprintf(task->reason, sizeof task->reason, format, args);
    va_end(args);
    return -1;
}
