/* format.h - which format are these bytes?
 *
 * Looks at the first bytes only, to choose who reads the rest. Declared types are
 * not believed, and what is not in this list never meets a decoder.
 * SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>

enum format { FORMAT_PNG, FORMAT_JPEG, FORMAT_WEBP, FORMAT_GIF, FORMAT_AVIF, FORMAT_NONE };

/* FORMAT_NONE when it is none of them. */
enum format format_of(const unsigned char *bytes, size_t len);

/* "png", "jpeg", "webp", "gif", "avif" or "none"; and back. */
const char *format_name(enum format format);
enum format format_by_name(const char *name);
