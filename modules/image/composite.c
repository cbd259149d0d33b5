/* composite.c - image.composite: an edit, but only where the mask allows it.
 *
 * For models that repaint the whole picture: what the client wanted untouched comes
 * from the original again, pixel by pixel.
 * SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "arguments.h"
#include "colour.h"
#include "encode.h"
#include "feather.h"
#include "fit.h"
#include "mask.h"
#include "tasks.h"

struct wanted {
    enum format format;
    int quality;
    long feather;
};

static bool read_wanted(struct work *work, struct wanted *wanted)
{
    return arguments_format(work->task, FORMAT_PNG, &wanted->format)
        && arguments_quality(work->task, &wanted->quality)
        && arguments_integer(work->task, "feather", 0, FEATHER_MAX, 0, &wanted->feather);
}

/* The mask with soft inner edges. NULL when out of memory. */
static VipsImage *feathered(struct work *work, VipsImage *editable, unsigned feather)
{
    VipsImage **out = work_room(work);
    size_t width = (size_t)vips.image_get_width(editable), height = (size_t)vips.image_get_height(editable), size;
    uint8_t *mask = work_keep(work, vips.image_write_to_memory(editable, &size));
    uint16_t *distance = malloc(width * height * sizeof *distance);

    if (mask && distance) {
        feather_apply(mask, distance, width, height, feather);
        *out = vips.image_new_from_memory(mask, size, (int)width, (int)height, 1, VIPS_FORMAT_UCHAR);
    }
    free(distance);
    return *out;
}

/* A weight of 0 gives the original's very numbers. */
static VipsImage *blend(struct work *work, VipsImage *weights, VipsImage *edited, VipsImage *original)
{
    VipsImage **out = work_room(work);

    if (!weights || !edited || !original || !colour_same_bands(work, &edited, &original))
        return NULL;
    return work_done(vips.ifthenelse(weights, edited, original, out, "blend", TRUE, NULL), out);
}

static int composite(struct work *work)
{
    struct decode original, edited, mask;
    struct wanted wanted;

    if (!read_wanted(work, &wanted) || !decode_header(work, &original, "original")
        || !decode_header(work, &edited, "edited") || !decode_header(work, &mask, "mask"))
        return -1;
    VipsImage *editable = mask_editable(work, &mask, original.width, original.height);
    VipsImage *below = editable ? decode_pixels(work, &original) : NULL;
    VipsImage *above = below ? decode_pixels(work, &edited) : NULL;
    if (!above)
        return -1;
    below = colour_kept(work, below);
    above = below ? fit_stretch(work, colour_like(work, above, below), original.width, original.height) : NULL;
    if (wanted.feather > 0)
        editable = feathered(work, editable, (unsigned)wanted.feather);
    VipsImage *picture = blend(work, editable, above, below);
    return encode_give(work, picture, below, wanted.format, wanted.quality);
}

/* image.composite(edited, original, mask, feather, format, quality, max_pixels) -> picture, width, height, format */
int composite_run(struct pictor_task *task)
{
    struct work work;

    if (!work_begin(&work, task))
        return -1;
    int result = composite(&work);
    work_end(&work);
    return result;
}
