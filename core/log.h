/* log.h - what happened, in one JSON line per event?
 *
 * Writes to stderr and is the only file that does. A value passes through one
 * gate: every registered secret becomes "***", a long run of base64 becomes its
 * length, and a text is cut at LOG_TEXT_MAX bytes; so no key and no pixel gets
 * into a log, whoever put it into the value. Bytes that are no UTF-8 are escaped.
 * Each event is written with one write(), so lines of several threads do not mix.
 * SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"

enum { LOG_TEXT_MAX = 2000, LOG_BASE64_MIN = 128 };

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

/* "debug", "info", "warn" or "error"; false for another name. */
bool log_level_parse(const char *name, enum log_level *level);

/* Events below this level are dropped. Default LOG_INFO. */
void log_set_level(enum log_level level);

/* From now on, this text is masked wherever it occurs (texts shorter than 6
 * bytes are not, they would hide ordinary words). Copies it. Any thread.
 * False when out of memory. */
bool log_secret(const char *secret);

/* Forgets every secret (at the end of the process, and in tests). */
void log_forget_secrets(void);

/* text with secrets masked and base64 shortened, not cut; free() it. NULL when
 * out of memory. For what is printed for people, as `pictor explain` does. */
char *log_masked(const char *text, size_t len);

/* text of *len bytes with secrets masked, and nothing else done to it; free() it. *len is then its own. NULL when out of
 * memory. For what is kept and read again. */
char *log_without_secrets(const char *text, size_t *len);

/* One field of an event. Build with the macros. */
struct log_field {
    const char *name;
    enum { LOG_END, LOG_IS_TEXT, LOG_IS_INTEGER, LOG_IS_NUMBER } kind;
    const char *text;       /* borrowed; NULL leaves the field out */
    long long integer;
    double number;
};

#define LOG_TEXT(n, v)    ((struct log_field){ .name = (n), .kind = LOG_IS_TEXT, .text = (v) })
#define LOG_INTEGER(n, v) ((struct log_field){ .name = (n), .kind = LOG_IS_INTEGER, .integer = (v) })
#define LOG_NUMBER(n, v)  ((struct log_field){ .name = (n), .kind = LOG_IS_NUMBER, .number = (v) })

/* {"time":"2026-11-24T17:00:00.123Z","level":"info","event":"request", ...fields}
 * fields ends with LOG_END. Never fails: without memory, the event is written
 * without its fields. */
void log_event(enum log_level level, const char *event, const struct log_field *fields);

#define LOG(level, event, ...) \
    log_event(level, event, (const struct log_field[]){ __VA_ARGS__ __VA_OPT__(,) { .kind = LOG_END } })

/* The line that log_event() writes, without its newline, appended to out; for tests. */
bool log_format(struct buf *out, enum log_level level, const char *event, const struct log_field *fields);

/* Plain words on stderr, for a person who runs a command ("pictor: ..."). */
void log_say(const char *format, ...) __attribute__((format(printf, 1, 2)));
