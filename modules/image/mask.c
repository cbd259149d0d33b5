/* mask.c - image.mask: a mask, checked, in the sense that a provider wants.
 * SPDX-License-Identifier: MIT */
#include "mask.h"

#include <stdlib.h>
#include <string.h>

#include "arguments.h"
#include "encode.h"
#include "tasks.h"

enum { KIND_ALPHA, KIND_WHITE, KIND_BLACK };

static bool check_header(struct work *work, const struct decode *mask, int width, int height)
{
    if (!vips.image_hasalpha(mask->header)) {
        pictor_fail(work->task, "%s: expected an alpha channel that is 0 where to edit, got a %s without one", mask->name,
                    format_name(mask->format));
        return false;
    }
    if (mask->width == width && mask->height == height)
        return true;
    pictor_fail(work->task, "%s: expected %dx%d, the size of the first picture, got %dx%d", mask->name, width, height,
                mask->width, mask->height);
    return false;
}

VipsImage *mask_editable(struct work *work, const struct decode *mask, int width, int height)
{
    VipsImage **alpha = work_room(work), **zero = work_room(work), **memory = work_room(work);
    double most;

    if (!check_header(work, mask, width, height))
        return NULL;
    VipsImage *pixels = decode_pixels(work, mask);
    if (!pixels)
        return NULL;
    if (vips.extract_band(pixels, alpha, vips.image_get_bands(pixels) - 1, NULL) != 0
        || vips.equal_const1(*alpha, zero, 0, NULL) != 0 || !(*memory = vips.image_copy_memory(*zero))
        || vips.max(*memory, &most, NULL) != 0)
        return NULL;
    if (most > 0)
        return *memory;
    pictor_fail(work->task, "%s: expected a fully transparent pixel at least, for something to edit, got none", mask->name);
    return NULL;
}

/* The size of the first picture: as numbers, or by the picture itself. */
static bool read_size(struct work *work, int *width, int *height)
{
    struct decode first;
    long numbers[2];
    size_t len;

    if (pictor_picture(work->task, "picture", &len)) {
        if (!decode_header(work, &first, "picture"))
            return false;
        *width = first.width;
        *height = first.height;
        return true;
    }
    if (!arguments_size(work->task, LONG_MAX, &numbers[0], &numbers[1]))
        return false;
    if (numbers[0] == 0)
        pictor_fail(work->task, "width: expected the first picture's, got none");
    *width = (int)numbers[0];
    *height = (int)numbers[1];
    return *width > 0;
}

/* The very bytes that came in. */
static int give_unchanged(struct work *work, const struct decode *mask)
{
    size_t len;
    const unsigned char *bytes = pictor_picture(work->task, mask->name, &len);
    unsigned char *copy = malloc(len);

    if (copy)
        memcpy(copy, bytes, len);
    if (pictor_give_picture(work->task, "picture", copy, len) != 0)
        return -1;
    if (pictor_give_integer(work->task, "width", mask->width) != 0
        || pictor_give_integer(work->task, "height", mask->height) != 0)
        return -1;
    return pictor_give_text(work->task, "format", format_name(mask->format));
}

/* A PNG already, and upright, or written as one. */
static int give_alpha(struct work *work, const struct decode *mask)
{
    if (mask->format == FORMAT_PNG && vips.image_get_orientation(mask->header) == 1)
        return give_unchanged(work, mask);
    return encode_give(work, decode_pixels(work, mask), NULL, FORMAT_PNG, 100);
}

static int mask(struct work *work)
{
    static const char *const kinds[] = { [KIND_ALPHA] = "alpha", [KIND_WHITE] = "white", [KIND_BLACK] = "black" };
    VipsImage **inverted = work_room(work);
    struct decode mask;
    int width, height, kind;

    if (!arguments_choice(work->task, "kind", kinds, 3, KIND_ALPHA, &kind) || !read_size(work, &width, &height)
        || !decode_header(work, &mask, "mask"))
        return -1;
    VipsImage *editable = mask_editable(work, &mask, width, height);
    if (!editable)
        return -1;
    if (kind == KIND_ALPHA)
        return give_alpha(work, &mask);
    if (kind == KIND_BLACK)
        editable = work_done(vips.invert(editable, inverted, NULL), inverted);
    return encode_give(work, editable, NULL, FORMAT_PNG, 100);
}

/* image.mask(mask, picture or width and height, kind, max_pixels) -> picture, width, height, format */
int mask_run(struct pictor_task *task)
{
    struct work work;

    if (!work_begin(&work, task))
        return -1;
    int result = mask(&work);
    work_end(&work);
    return result;
}
