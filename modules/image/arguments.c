/* arguments.c - arguments of tasks, checked.
 * SPDX-License-Identifier: MIT */
#include "arguments.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

enum { SHOWN = 64 };

/* As much of a text as an error shows, never half a UTF-8 character. */
static int shown(const char *text)
{
    size_t len = strnlen(text, SHOWN + 1);

    if (len > SHOWN) {
        for (len = SHOWN; len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80;)
            len--;
    }
    return (int)len;
}

bool arguments_picture(struct pictor_task *task, const char *name, const unsigned char **bytes, size_t *len)
{
    *bytes = pictor_picture(task, name, len);
    if (!*bytes)
        pictor_fail(task, "%s: expected a picture, got none", name);
    return *bytes != NULL;
}

bool arguments_integer(struct pictor_task *task, const char *name, long min, long max, long fallback, long *value)
{
    *value = pictor_integer(task, name, LONG_MIN);
    if (*value == LONG_MIN && !pictor_text(task, name)) {
        *value = fallback;
        return true;
    }
    if (*value >= min && *value <= max)
        return true;
    if (*value == LONG_MIN)
        pictor_fail(task, "%s: expected a whole number, got text", name);
    else
        pictor_fail(task, "%s: expected %ld to %ld, got %ld", name, min, max, *value);
    return false;
}

bool arguments_size(struct pictor_task *task, long max_pixels, long *width, long *height)
{
    if (!arguments_integer(task, "width", 1, ARGUMENTS_SIDE_MAX, 0, width)
        || !arguments_integer(task, "height", 1, ARGUMENTS_SIDE_MAX, 0, height))
        return false;
    if (!*width != !*height) {
        pictor_fail(task, "%s: expected a number too, got none", *width ? "height" : "width");
        return false;
    }
    if (*width * *height > max_pixels) {
        pictor_fail(task, "width and height: expected at most %ld pixels, got %ldx%ld", max_pixels, *width, *height);
        return false;
    }
    return true;
}

static const char *join_choices(char *text, size_t room, const char *const *choices, int n)
{
    size_t len = 0;

    for (int i = 0; i < n && len < room; i++)
        len += (size_t)snprintf(text + len, room - len, "%s%s", i == 0 ? "" : i + 1 < n ? ", " : " or ", choices[i]);
    return text;
}

bool arguments_choice(struct pictor_task *task, const char *name, const char *const *choices, int n, int fallback,
                      int *value)
{
    const char *text = pictor_text(task, name);
    char all[100];

    *value = fallback;
    if (!text)
        return true;
    for (*value = 0; *value < n; ++*value) {
        if (strcmp(text, choices[*value]) == 0)
            return true;
    }
    pictor_fail(task, "%s: expected %s, got \"%.*s\"", name, join_choices(all, sizeof all, choices, n), shown(text),
                text);
    return false;
}

bool arguments_format(struct pictor_task *task, enum format fallback, enum format *format)
{
    static const char *const choices[] = { "png", "jpeg", "webp" };
    int chosen;

    *format = fallback;
    if (!arguments_choice(task, "format", choices, 3, -1, &chosen))
        return false;
    if (chosen >= 0)
        *format = format_by_name(choices[chosen]);
    return true;
}

bool arguments_quality(struct pictor_task *task, int *quality)
{
    long value;

    if (!arguments_integer(task, "quality", 0, 100, 100, &value))
        return false;
    *quality = (int)value;
    return true;
}
