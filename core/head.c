/* head.c - headers as text.
 * SPDX-License-Identifier: MIT */
#include "head.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* Moves *text past leading white space; returns the length without it and
 * without what trails. */
static size_t trim(const char **text, size_t len)
{
    while (len > 0 && isspace((unsigned char)**text)) {
        ++*text;
        len--;
    }
    while (len > 0 && isspace((unsigned char)(*text)[len - 1]))
        len--;
    return len;
}

bool head_add(struct buf *head, const char *line, size_t len)
{
    const char *colon = memchr(line, ':', len);

    if (!colon || colon == line || isspace((unsigned char)line[0]))     /* that continues the line before */
        return true;
    const char *name = line, *value = colon + 1;
    size_t name_len = trim(&name, (size_t)(colon - line));
    size_t value_len = trim(&value, len - (size_t)(value - line));
    size_t at = head->len;

    if (!buf_reserve(head, name_len + 2 + value_len + 1))   /* all of it or nothing */
        return false;
    buf_add(head, name, name_len);
    for (; at < head->len; at++)
        head->data[at] = (char)tolower((unsigned char)head->data[at]);
    return buf_add(head, ": ", 2) && buf_add(head, value, value_len) && buf_add(head, "\n", 1);
}

bool head_find(const struct buf *head, const char *name, char *out, size_t size)
{
    size_t name_len = strlen(name);
    bool found = false;

    out[0] = '\0';
    for (const char *line = head->data; line && *line; line = strchr(line, '\n') + 1) {
        if (strncmp(line, name, name_len) != 0 || strncmp(line + name_len, ": ", 2) != 0)
            continue;
        const char *value = line + name_len + 2;
        snprintf(out, size, "%.*s", (int)strcspn(value, "\n"), value);
        found = true;
    }
    return found;
}
