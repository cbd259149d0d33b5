/* strip.c - image.strip: the same pixels, and nothing else.
 * SPDX-License-Identifier: MIT */
#include "strip.h"

#include <stdlib.h>
#include <string.h>

#include "arguments.h"
#include "exif.h"
#include "tasks.h"

bool strip_write(struct strip *strip, const void *bytes, size_t n)
{
    if (n > strip->len - strip->done)
        return false;
    memcpy(strip->out + strip->done, bytes, n);
    strip->done += n;
    return true;
}

bool strip_skip(struct strip *strip, size_t n)
{
    if (n > strip_left(strip))
        return false;
    strip->at += n;
    return true;
}

bool strip_copy(struct strip *strip, size_t n)
{
    if (n > strip_left(strip) || !strip_write(strip, strip->in + strip->at, n))
        return false;
    strip->at += n;
    return true;
}

bool strip_orient(struct strip *strip, const uint8_t *exif, size_t len)
{
    if (strip->oriented)
        return false;
    strip->oriented = true;
    strip->orientation = exif_orientation(exif, len);
    return strip->orientation != 1;
}

typedef bool stripper(struct strip *strip);

static stripper *const strippers[] = {
    [FORMAT_PNG] = strip_png, [FORMAT_JPEG] = strip_jpeg, [FORMAT_WEBP] = strip_webp,
    [FORMAT_GIF] = strip_gif, [FORMAT_AVIF] = NULL, [FORMAT_NONE] = NULL,
};

bool strip_knows(enum format format) { return strippers[format] != NULL; }

bool strip_picture(struct strip *strip, enum format format, const uint8_t *bytes, size_t len)
{
    *strip = (struct strip){ .in = bytes, .len = len, .orientation = 1, .out = malloc(len + 1) };
    if (strip->out && strippers[format](strip))
        return true;
    free(strip->out);
    strip->out = NULL;
    return false;
}

/* image.strip(picture) -> picture, removed, orientation */
int strip_run(struct pictor_task *task)
{
    const unsigned char *bytes;
    struct strip strip;
    size_t len;

    if (!arguments_picture(task, "picture", &bytes, &len))
        return -1;
    enum format format = format_of(bytes, len);
    if (!strip_knows(format))
        return pictor_fail(task, "picture: expected png, jpeg, webp or gif, got %s",
                           format == FORMAT_NONE ? "something else" : format_name(format));
    if (!strip_picture(&strip, format, bytes, len))
        return pictor_fail(task, "picture: expected a whole %s, got a broken one", format_name(format));
    if (pictor_give_picture(task, "picture", strip.out, strip.done) != 0)
        return -1;
    if (pictor_give_integer(task, "removed", (long)(len - strip.done)) != 0)
        return -1;
    return pictor_give_integer(task, "orientation", strip.orientation);
}
