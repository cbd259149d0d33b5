/* convert.c - image.convert: another format, another size.
 * SPDX-License-Identifier: MIT */
#include "arguments.h"
#include "colour.h"
#include "decode.h"
#include "encode.h"
#include "fit.h"
#include "tasks.h"

enum { FIT_CROP, FIT_PAD };

struct wanted {
    enum format format;
    int quality, fit;
    long width, height;     /* 0: as the picture is */
};

/* Without a format it keeps the picture's own, if that can be written. */
static bool read_wanted(struct work *work, enum format own, struct wanted *wanted)
{
    static const char *const fits[] = { [FIT_CROP] = "crop", [FIT_PAD] = "pad" };
    enum format fallback = own == FORMAT_JPEG || own == FORMAT_WEBP ? own : FORMAT_PNG;

    return arguments_format(work->task, fallback, &wanted->format)
        && arguments_quality(work->task, &wanted->quality)
        && arguments_size(work->task, work->max_pixels, &wanted->width, &wanted->height)
        && arguments_choice(work->task, "fit", fits, 2, FIT_CROP, &wanted->fit);
}

static int convert(struct work *work)
{
    struct decode decode;
    struct wanted wanted;

    if (!decode_header(work, &decode, "picture") || !read_wanted(work, decode.format, &wanted))
        return -1;
    VipsImage *picture = decode_pixels(work, &decode);
    if (!picture)
        return -1;
    picture = colour_srgb(work, picture);
    if (wanted.width && wanted.fit == FIT_PAD)
        picture = fit_pad(work, picture, (int)wanted.width, (int)wanted.height);
    else if (wanted.width)
        picture = fit_crop(work, picture, (int)wanted.width, (int)wanted.height);
    return encode_give(work, picture, NULL, wanted.format, wanted.quality);
}

/* image.convert(picture, format, quality, width, height, fit, max_pixels) -> picture, width, height, format */
int convert_run(struct pictor_task *task)
{
    struct work work;

    if (!work_begin(&work, task))
        return -1;
    int result = convert(&work);
    work_end(&work);
    return result;
}
