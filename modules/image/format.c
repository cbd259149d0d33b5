/* format.c - formats by their first bytes and by name.
 * SPDX-License-Identifier: MIT */
#include "format.h"

#include <stdbool.h>
#include <string.h>

static const char *const names[] = {
    [FORMAT_PNG] = "png", [FORMAT_JPEG] = "jpeg", [FORMAT_WEBP] = "webp",
    [FORMAT_GIF] = "gif", [FORMAT_AVIF] = "avif", [FORMAT_NONE] = "none",
};

static bool has(const unsigned char *bytes, size_t len, size_t at, const char *what, size_t n)
{
    return at + n <= len && memcmp(bytes + at, what, n) == 0;
}

/* The main brand, or any of the compatible ones behind the version. */
static bool is_avif(const unsigned char *bytes, size_t len)
{
    if (!has(bytes, len, 4, "ftyp", 4))
        return false;
    size_t box = (size_t)bytes[0] << 24 | (size_t)bytes[1] << 16 | (size_t)bytes[2] << 8 | bytes[3];
    size_t end = box < len ? box : len;
    for (size_t at = 8; at + 4 <= end; at += at == 8 ? 8 : 4) {
        if (has(bytes, end, at, "avif", 4) || has(bytes, end, at, "avis", 4))
            return true;
    }
    return false;
}

enum format format_of(const unsigned char *bytes, size_t len)
{
    if (has(bytes, len, 0, "\x89PNG\r\n\x1a\n", 8))
        return FORMAT_PNG;
    if (has(bytes, len, 0, "\xff\xd8\xff", 3))
        return FORMAT_JPEG;
    if (has(bytes, len, 0, "RIFF", 4) && has(bytes, len, 8, "WEBP", 4))
        return FORMAT_WEBP;
    if (has(bytes, len, 0, "GIF87a", 6) || has(bytes, len, 0, "GIF89a", 6))
        return FORMAT_GIF;
    return is_avif(bytes, len) ? FORMAT_AVIF : FORMAT_NONE;
}

const char *format_name(enum format format) { return names[format]; }

enum format format_by_name(const char *name)
{
    for (enum format format = FORMAT_PNG; format < FORMAT_NONE; format++) {
        if (strcmp(name, names[format]) == 0)
            return format;
    }
    return FORMAT_NONE;
}
