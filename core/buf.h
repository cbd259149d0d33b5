/* buf.h - how do bytes grow without running away?
 *
 * A growable byte string with a ceiling that its owner states once. What does
 * not fit is refused and leaves the buffer as it was, so a caller can still
 * say what happened.
 * SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct buf {
    char *data;     /* owned; NUL-terminated once anything was added */
    size_t len;
    size_t cap;
    size_t max;     /* len never exceeds it */
};

/* An empty buffer that holds up to max bytes; allocates nothing. */
void buf_init(struct buf *b, size_t max);

/* Releases the memory; the buffer is empty and may be used again. */
void buf_free(struct buf *b);

/* Room for n more bytes. False: over the ceiling, or out of memory. */
bool buf_reserve(struct buf *b, size_t n);

/* Append. False as above, and then nothing was added. */
bool buf_add(struct buf *b, const void *bytes, size_t n);
bool buf_add_text(struct buf *b, const char *text);
bool buf_add_format(struct buf *b, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Gives the bytes away (free() them) and leaves the buffer empty. NULL when
 * nothing was ever added. *len may be NULL. */
char *buf_take(struct buf *b, size_t *len);

/* For lists that are no bytes: returns list where one more element of size bytes
 * fits, moved if need be, and doubles *cap. NULL when out of memory, and then
 * both are as they were. */
void *buf_grow(void *list, size_t *cap, size_t count, size_t size);
