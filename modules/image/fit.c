/* fit.c - stretch, crop and pad to exact sizes.
 * SPDX-License-Identifier: MIT */
#include "fit.h"

/* Colours of transparent pixels must not bleed into others, so alpha is multiplied in meanwhile. */
static VipsImage *resize_alpha(struct work *work, VipsImage *in, double across, double down)
{
    VipsImage **multiplied = work_room(work), **resized = work_room(work), **divided = work_room(work);
    VipsImage **out = work_room(work);

    if (vips.premultiply(in, multiplied, NULL) != 0
        || vips.resize(*multiplied, resized, across, "vscale", down, NULL) != 0
        || vips.unpremultiply(*resized, divided, NULL) != 0)
        return NULL;
    return work_done(vips.cast(*divided, out, VIPS_FORMAT_UCHAR, NULL), out);
}

VipsImage *fit_stretch(struct work *work, VipsImage *in, int width, int height)
{
    if (!in || (vips.image_get_width(in) == width && vips.image_get_height(in) == height))
        return in;
    double across = (double)width / vips.image_get_width(in), down = (double)height / vips.image_get_height(in);
    if (vips.image_hasalpha(in))
        return resize_alpha(work, in, across, down);
    VipsImage **out = work_room(work);
    return work_done(vips.resize(in, out, across, "vscale", down, NULL), out);
}

/* Of a side, the part that keeps the ratio n : d with the other one; at least a
 * pixel, and never more than there is. */
static int share(int other, int n, int d, int most)
{
    long part = ((long)other * n + d / 2) / d;

    return part < 1 ? 1 : part > most ? most : (int)part;
}

/* Cut first, then stretched by less than a pixel: the size is exact, and a thin
 * strip does not become a huge picture of which a little is kept. */
VipsImage *fit_crop(struct work *work, VipsImage *in, int width, int height)
{
    if (!in)
        return NULL;
    int has_width = vips.image_get_width(in), has_height = vips.image_get_height(in);
    int cut_width = share(has_height, width, height, has_width), cut_height = share(has_width, height, width, has_height);
    VipsImage **out = work_room(work);
    if (vips.crop(in, out, (has_width - cut_width) / 2, (has_height - cut_height) / 2, cut_width, cut_height, NULL) != 0)
        return NULL;
    return fit_stretch(work, *out, width, height);
}

/* An opaque bar of the mean colour of a line of pixels, which is one pixel wide or high. */
static VipsImage *bar(struct work *work, VipsImage *line, int width, int height)
{
    VipsImage **mean = work_room(work), **out = work_room(work);

    if (vips.shrink(line, mean, vips.image_get_width(line), vips.image_get_height(line), NULL) != 0)
        return NULL;
    return work_done(vips.embed(*mean, out, 0, 0, width, height, "extend", VIPS_EXTEND_COPY, NULL), out);
}

static VipsImage *join(struct work *work, VipsImage *one, VipsImage *other, VipsDirection direction)
{
    VipsImage **out = work_room(work);

    return one && other ? work_done(vips.join(one, other, out, direction, NULL), out) : NULL;
}

/* in has the wanted width; bars above and below. */
static VipsImage *pad_down(struct work *work, VipsImage *in, int height)
{
    int width = vips.image_get_width(in), has = vips.image_get_height(in), above = (height - has) / 2;
    VipsImage **first = work_room(work), **last = work_room(work);

    if (vips.crop(in, first, 0, 0, width, 1, NULL) != 0 || vips.crop(in, last, 0, has - 1, width, 1, NULL) != 0)
        return NULL;
    if (above > 0)
        in = join(work, bar(work, *first, width, above), in, VIPS_DIRECTION_VERTICAL);
    if (height > has + above)
        in = join(work, in, bar(work, *last, width, height - has - above), VIPS_DIRECTION_VERTICAL);
    return in;
}

static VipsImage *pad_across(struct work *work, VipsImage *in, int width)
{
    int height = vips.image_get_height(in), has = vips.image_get_width(in), left = (width - has) / 2;
    VipsImage **first = work_room(work), **last = work_room(work);

    if (vips.crop(in, first, 0, 0, 1, height, NULL) != 0 || vips.crop(in, last, has - 1, 0, 1, height, NULL) != 0)
        return NULL;
    if (left > 0)
        in = join(work, bar(work, *first, left, height), in, VIPS_DIRECTION_HORIZONTAL);
    if (width > has + left)
        in = join(work, in, bar(work, *last, width - has - left, height), VIPS_DIRECTION_HORIZONTAL);
    return in;
}

VipsImage *fit_pad(struct work *work, VipsImage *in, int width, int height)
{
    if (!in)
        return NULL;
    int has_width = vips.image_get_width(in), has_height = vips.image_get_height(in);
    in = fit_stretch(work, in, share(height, has_width, has_height, width), share(width, has_height, has_width, height));
    if (!in)
        return NULL;
    int inner_width = vips.image_get_width(in), inner_height = vips.image_get_height(in);
    VipsImage **memory = work_room(work), **out = work_room(work);
    if (vips.image_hasalpha(in))    /* embedded in zeros: transparent */
        return work_done(vips.embed(in, out, (width - inner_width) / 2, (height - inner_height) / 2, width, height, NULL),
                         out);
    *memory = vips.image_copy_memory(in);   /* its last line is wanted before its first has left */
    if (!*memory)
        return NULL;
    return inner_width == width ? pad_down(work, *memory, height) : pad_across(work, *memory, width);
}
