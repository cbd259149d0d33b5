/* head.h - what do an answer's headers say?
 *
 * A head is text, "name: value\n" per header, names in lower case, values
 * trimmed. Built line by line as the lines arrive.
 * SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"

/* Adds a line as it was received, "Name:  value\r\n". A line that is no header is
 * left out. False: over the buffer's ceiling, or out of memory. */
bool head_add(struct buf *head, const char *line, size_t len);

/* The value of a header (name in lower case; the last, when it came more than
 * once), copied into out with a NUL, cut at size - 1. False and "": there is none. */
bool head_find(const struct buf *head, const char *name, char *out, size_t size);
